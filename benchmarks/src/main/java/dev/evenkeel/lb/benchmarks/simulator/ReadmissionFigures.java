package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.benchmarks.simulator.Fault.Kind;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import java.util.Collections;
import java.util.List;

/** Many clients that take a server back at about the same time. */
final class ReadmissionFigures {

    private static final Span FAULT = new Span(5, 15);
    private static final int SERVERS = 10;
    private static final ServerModel SERVER = ServerModel.of(10, 10);

    private ReadmissionFigures() {}

    static FigureTable table(int clients, long seed) {
        FigureTable table = new FigureTable(
                clients + " clients with 10 calls/s each, 10 servers. One is gone for 10 s, or all are for 2 s.\n"
                        + "Its calls, as a multiple of what is fair, in the first second and in the worst one of 30.",
                "first second",
                "worst",
                "checked: first",
                "worst",
                "all gone: first",
                "worst");
        Table.STRATEGIES.forEach((name, strategy) -> {
            Fault gone = Fault.of(Kind.REFUSING, FAULT);
            List<ServerModel> one = Scenario.servers(1, SERVER.fault(gone), SERVERS - 1, SERVER);
            Span outage = new Span(FAULT.until() - 2, FAULT.until());
            List<ServerModel> all = Collections.nCopies(SERVERS, SERVER.fault(Fault.of(Kind.REFUSING, outage)));
            Result plain = run(one, clients, Setting.DEFAULT, strategy, seed);
            Result checked = run(one, clients, Setting.DEFAULT.withProbes(), strategy, seed);
            Result everybody = run(all, clients, Setting.DEFAULT, strategy, seed);
            table.row(
                    name,
                    first(plain),
                    worst(plain),
                    first(checked),
                    worst(checked),
                    first(everybody),
                    worst(everybody));
        });
        return table;
    }

    private static Result run(
            List<ServerModel> servers, int clients, Setting setting, LoadBalancingStrategy strategy, long seed) {
        double capacity = SERVERS * SERVER.capacity();
        Scenario scenario = new Scenario(
                "readmission",
                "",
                servers,
                clients,
                clients * 10 / capacity,
                Work.exponential(),
                500,
                new Span(2, FAULT.until() + 30),
                List.of(),
                setting);
        return Simulation.run(scenario, strategy, seed);
    }

    private static Cell first(Result result) {
        return Cell.of(load(result, FAULT.until()), 2).atMost(1.5);
    }

    private static Cell worst(Result result) {
        double worst = 0;
        for (int second = FAULT.until(); second < FAULT.until() + 30; second++) {
            worst = Math.max(worst, load(result, second));
        }
        return Cell.of(worst, 2).atMost(1.5);
    }

    private static double load(Result result, int second) {
        return SERVERS * result.share(0, new Span(second, second + 1));
    }
}
