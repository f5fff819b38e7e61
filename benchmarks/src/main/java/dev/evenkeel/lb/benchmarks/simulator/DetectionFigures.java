package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.benchmarks.simulator.Fault.Kind;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How soon clients notice each kind of fault, what it costs them, and how soon they notice that it is over. */
final class DetectionFigures {

    private static final Span FAULT = new Span(5, 15);
    private static final Span MEASURED = new Span(2, 40);
    private static final int CLIENTS = 4;
    private static final int SERVERS = 5;
    private static final long TIMEOUT_MILLIS = 250;
    private static final ServerModel SERVER = ServerModel.of(8, 5);

    /** Half of what is fair: from then on it takes part. */
    private static final double HALF_SHARE = 0.5 / SERVERS;

    private DetectionFigures() {}

    static FigureTable table(long seed) {
        FigureTable table = new FigureTable("""
                One of 5 servers is ill for 10 s; 4 clients with 500 calls/s each, time limit 250 ms.
                Lost: calls for each client. Out: after how many ms the last client has taken it out; adaptive avoids
                it before, so that it need not. Then after how many s all have it back, and when it has half of its
                share again; the same with a health check.""", "lost", "out", "back", "half share", "checked: back", "half share");
        faults().forEach((name, fault) -> {
            boolean hangs = fault.kind() == Kind.SILENT || fault.kind() == Kind.UNREACHABLE;
            boolean some = fault.kind() == Kind.FAILING_SOME;
            double mostLost = some ? 100 : hangs ? 40 : 20;
            double latestOut = some ? 2_000 : hangs ? 2 * TIMEOUT_MILLIS : 100;
            row(table, name + ", adaptive", Strategies.adaptive(), fault, seed, 10, Double.POSITIVE_INFINITY);
            row(table, name + ", roundRobin", Strategies.roundRobin(), fault, seed, mostLost, latestOut);
        });
        return table;
    }

    private static Map<String, Fault> faults() {
        Map<String, Fault> faults = new LinkedHashMap<>();
        faults.put("gone", Fault.of(Kind.REFUSING, FAULT));
        faults.put("unreachable", Fault.of(Kind.UNREACHABLE, FAULT));
        faults.put("silent", Fault.of(Kind.SILENT, FAULT));
        faults.put("resetting", Fault.of(Kind.RESETTING, FAULT));
        faults.put("failing fast", Fault.of(Kind.FAILING, FAULT));
        faults.put("failing half", Fault.failingSome(0.5, FAULT));
        faults.put("asking for a pause", Fault.of(Kind.BUSY, FAULT));
        faults.put("gone and back each 0.6 s", Fault.of(Kind.REFUSING, FAULT).flapping(600));
        return faults;
    }

    private static void row(
            FigureTable table,
            String name,
            LoadBalancingStrategy strategy,
            Fault fault,
            long seed,
            double mostLost,
            double latestOut) {
        Scenario scenario = new Scenario(
                name,
                name,
                Scenario.servers(1, SERVER.fault(fault), SERVERS - 1, SERVER),
                CLIENTS,
                0.25,
                Work.exponential(),
                TIMEOUT_MILLIS,
                MEASURED,
                List.of(),
                Setting.DEFAULT);
        Result result = Simulation.run(scenario, strategy, seed);
        Result checked = Simulation.run(scenario.in(Setting.DEFAULT.withProbes()), strategy, seed);
        table.row(
                name,
                Cell.of((double) result.lost() / CLIENTS, 1).atMost(mostLost),
                Cell.of(millisToLastEjection(result), 0).atMost(latestOut),
                Cell.of(secondsToLastReturn(result), 1).atMost(11),
                Cell.of(secondsToHalfShare(result), 0).atMost(15),
                Cell.of(secondsToLastReturn(checked), 1).atMost(11),
                Cell.of(secondsToHalfShare(checked), 0).atMost(15));
    }

    /** Until the last of the clients has taken it out that do. */
    private static double millisToLastEjection(Result result) {
        Map<Integer, Long> first = new TreeMap<>();
        for (Change change : result.changes()) {
            if (change.out()) {
                first.putIfAbsent(change.client(), change.nanos() - FAULT.fromNanos());
            }
        }
        return first.values().stream().mapToDouble(nanos -> nanos / 1e6).max().orElse(Double.NaN);
    }

    /** From the end of the fault until the last of the clients has it back that have it out then. */
    private static double secondsToLastReturn(Result result) {
        Map<Integer, Change> last = new TreeMap<>();
        result.changes().forEach(change -> last.put(change.client(), change));
        double latest = Double.NaN;
        for (Change change : last.values()) {
            if (change.out()) {
                return Double.POSITIVE_INFINITY;
            }
            if (change.nanos() > FAULT.untilNanos()) {
                double seconds = (change.nanos() - FAULT.untilNanos()) / 1e9;
                latest = Double.isNaN(latest) ? seconds : Math.max(latest, seconds);
            }
        }
        return latest;
    }

    private static double secondsToHalfShare(Result result) {
        for (int second = FAULT.until(); second < MEASURED.until(); second++) {
            if (result.share(0, new Span(second, second + 1)) >= HALF_SHARE) {
                return second - FAULT.until() + 1;
            }
        }
        return Double.POSITIVE_INFINITY;
    }
}
