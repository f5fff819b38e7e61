package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.benchmarks.simulator.Fault.Kind;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import java.util.List;
import java.util.stream.IntStream;

/** Pools of all sizes, with anything from one server to all but one failing: who is taken out, and what it costs. */
final class SmallPoolFigures {

    /** Shorter than the first ejection, so that each is counted once. */
    private static final Span FAULT = new Span(2, 6);

    /** As long as the window in which failures are set against calls. */
    private static final Span LONGER_FAULT = new Span(2, 12);

    private SmallPoolFigures() {}

    static FigureTable table(long seed) {
        FigureTable table =
                new FigureTable("""
                Some of n servers are gone for 4 s, or fail half of their calls for 10 s; one client with 25 calls/s for
                each server. Kept: who is gone and not taken out. Of well: who is well and is. Lost: calls, for each
                server that is gone. Half: how many are taken out at once that fail half of their calls.""", "kept", "of well", "lost", "adaptive: well", "lost", "half: out", "of well");
        for (int n : new int[] {2, 3, 5, 10, 100}) {
            for (int ill : n < 100 ? IntStream.range(1, n).toArray() : new int[] {1, 10, 50, 90, 99}) {
                row(table, n, ill, seed);
            }
        }
        return table;
    }

    private static void row(FigureTable table, int n, int ill, long seed) {
        Fault gone = Fault.of(Kind.REFUSING, FAULT);
        Result roundRobin = run(n, ill, gone, Strategies.roundRobin(), seed);
        Result adaptive = run(n, ill, gone, Strategies.adaptive(), seed);
        Result half = run(n, ill, Fault.failingSome(0.5, LONGER_FAULT), Strategies.roundRobin(), seed);
        table.row(
                ill + " of " + n,
                Cell.count(ill - out(roundRobin, 0, ill)).atMost(0),
                Cell.count(out(roundRobin, ill, n)).atMost(0),
                Cell.of((double) roundRobin.lost() / ill, 1).atMost(4),
                Cell.count(out(adaptive, ill, n)).atMost(0),
                Cell.of((double) adaptive.lost() / ill, 1).atMost(4),
                Cell.count(half.mostOutAtOnce()),
                Cell.count(out(half, ill, n)).atMost(0));
    }

    private static Result run(int n, int ill, Fault fault, LoadBalancingStrategy strategy, long seed) {
        // what one server can do is enough for all
        ServerModel server = ServerModel.of(8 * n, 10);
        List<ServerModel> servers = Scenario.servers(ill, server.fault(fault), n - ill, server);
        double utilization = 25.0 / server.capacity();
        Scenario scenario = new Scenario(
                ill + "-of-" + n,
                "",
                servers,
                1,
                utilization,
                Work.exponential(),
                250,
                new Span(1, fault.when().until()),
                List.of(),
                Setting.DEFAULT);
        return Simulation.run(scenario, strategy, seed);
    }

    /** How many of these have been taken out. */
    private static long out(Result result, int from, int until) {
        return result.changes().stream()
                .filter(Change::out)
                .mapToInt(Change::server)
                .filter(server -> server >= from && server < until)
                .distinct()
                .count();
    }
}
