package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.benchmarks.simulator.Fault.Kind;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import java.util.Arrays;
import java.util.List;

/** How often one server goes in and out that flaps. */
final class FlappingFigures {

    private static final int BEGIN = 5;
    private static final long WINDOW_NANOS = 10_000_000_000L;
    private static final long EPISODE_NANOS = 60_000_000_000L;
    private static final int CLIENTS = 4;
    private static final ServerModel SERVER = ServerModel.of(4, 10);

    private FlappingFigures() {}

    static FigureTable table(int seconds, long seed) {
        FigureTable table = new FigureTable(
                "One of 5 servers is gone and back in turns for " + seconds + " s; 4 clients with 125 calls/s each.\n"
                        + "Ejections by the client that makes most, in 10 s: from the first one on, or from the second one of an\n"
                        + "episode; a minute without any ends it. Then those of all clients, and calls that were lost.",
                "from first",
                "from second",
                "checked: second",
                "ejections",
                "lost %");
        for (int millis : new int[] {100, 200, 600, 1_000, 2_000, 4_000, 12_000, 30_000}) {
            String period = "each " + millis + " ms, ";
            row(table, period + "adaptive", Strategies.adaptive(), millis, seconds, seed);
            row(table, period + "roundRobin", Strategies.roundRobin(), millis, seconds, seed);
        }
        return table;
    }

    private static void row(
            FigureTable table, String name, LoadBalancingStrategy strategy, int periodMillis, int seconds, long seed) {
        Span when = new Span(BEGIN, BEGIN + seconds);
        Fault fault = Fault.of(Kind.REFUSING, when).flapping(periodMillis);
        Scenario scenario = new Scenario(
                name,
                name,
                Scenario.servers(1, SERVER.fault(fault), 4, SERVER),
                CLIENTS,
                0.25,
                Work.exponential(),
                250,
                when,
                List.of(),
                Setting.DEFAULT);
        Result result = Simulation.run(scenario, strategy, seed);
        Result checked = Simulation.run(scenario.in(Setting.DEFAULT.withProbes()), strategy, seed);
        table.row(
                name,
                Cell.count(most(result, 0)).atMost(2),
                Cell.count(most(result, 1)).atMost(1),
                Cell.count(most(checked, 1)).atMost(1),
                Cell.count(result.ejections()),
                Cell.of(100.0 * result.lost() / result.calls(), 2).atMost(1));
    }

    /** Ejections of one client within 10 s that begin with this one of an episode or a later one, at most. */
    private static int most(Result result, int from) {
        int most = 0;
        for (int client = 0; client < CLIENTS; client++) {
            long[] times = ejections(result, client);
            int episode = 0;
            for (int i = 0; i < times.length; i++) {
                if (i > 0 && times[i] - times[i - 1] > EPISODE_NANOS) {
                    episode = i;
                }
                if (i - episode >= from) {
                    long end = times[i] + WINDOW_NANOS;
                    most = Math.max(most, (int) Arrays.stream(times, i, times.length)
                            .filter(time -> time < end)
                            .count());
                }
            }
        }
        return most;
    }

    private static long[] ejections(Result result, int client) {
        return result.changes().stream()
                .filter(change -> change.out() && change.client() == client)
                .mapToLong(Change::nanos)
                .toArray();
    }
}
