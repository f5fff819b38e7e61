package dev.evenkeel.lb.benchmarks.simulator;

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
                "real s");
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
        Table.STRATEGIES.forEach((name, strategy) -> {
            long begun = System.nanoTime();
            Result result = Simulation.run(scenario, strategy, seed);
            double real = (System.nanoTime() - begun) / 1e9;
            table.row(
                    name,
                    Cell.of(result.calls(), 0),
                    Cell.of(result.millis(0.99), 1),
                    Cell.of(result.lost(), 0).atMost(0),
                    Cell.real(real, 1).atMost(30));
        });
        return table;
    }
}
