package dev.evenkeel.lb.benchmarks.simulator;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collections;
import java.util.List;

/** How long it takes to simulate many clients for long. */
final class ManyCallsFigures {

    private ManyCallsFigures() {}

    static FigureTable table(int seconds, long seed) {
        FigureTable table = new FigureTable(
                "500 clients with 10 calls/s each, 100 servers, " + seconds
                        + " s. Real time in s: it depends on the machine.",
                "calls",
                "p99 ms",
                "lost",
                "real s",
                "processor s");
        Scenario scenario = new Scenario(
                "many-calls",
                "",
                Collections.nCopies(100, ServerModel.of(1, 10)),
                500,
                0.5,
                Work.exponential(),
                1_000,
                new Span(0, seconds),
                List.of(),
                Setting.DEFAULT);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Table.STRATEGIES.forEach((name, strategy) -> {
            long begun = System.nanoTime();
            long busyBefore = threads.getCurrentThreadCpuTime();
            Result result = Simulation.run(scenario, strategy, seed);
            double busy = (threads.getCurrentThreadCpuTime() - busyBefore) / 1e9;
            double real = (System.nanoTime() - begun) / 1e9;
            table.row(
                    name,
                    Cell.count(result.calls()),
                    Cell.of(result.millis(0.99), 1),
                    Cell.count(result.lost()).atMost(0),
                    Cell.real(real, 1).atMost(30),
                    Cell.real(busy, 1));
        });
        return table;
    }
}
