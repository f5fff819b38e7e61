package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.benchmarks.simulator.Fault.Kind;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/** What a strategy should do by itself: the goals are those of the default one, with all others beside it. */
final class GoalFigures {

    private final FigureTable table;
    private final Scenarios scenarios;
    private final long seed;

    private GoalFigures(FigureTable table, Scenarios scenarios, long seed) {
        this.table = table;
        this.scenarios = scenarios;
        this.seed = seed;
    }

    static FigureTable table(Scenarios scenarios, long seed) {
        FigureTable table = new FigureTable(
                "Strategies by themselves: calls take nobody out, nobody tries twice. The goals are those of adaptive.",
                Table.STRATEGIES.keySet().toArray(String[]::new));
        GoalFigures figures = new GoalFigures(table, scenarios, seed);
        figures.load();
        figures.faults();
        figures.places();
        figures.sameAsOthersShow();
        return table;
    }

    private void load() {
        row(
                "50 equal servers, utilization 0.9: p99 ms",
                scenarios.equal(0.9),
                GoalFigures::p99,
                cell -> cell.atMost(95));
        row(
                "half of them twice as slow, 0.9: p99 ms",
                scenarios.halfSlower(0.9),
                GoalFigures::p99,
                cell -> cell.atMost(135));
        row("500 clients, 200 servers: p99 ms", scenarios.clients(500), GoalFigures::p99, cell -> cell.atMost(85));
    }

    private void faults() {
        Collection<Result> sinkhole = results(scenarios.sinkhole());
        List<Span> spans = scenarios.sinkhole().shares();
        row("one of 10 fails fast: its share % meanwhile", sinkhole, share(spans.get(0)), cell -> cell.atMost(0.2));
        row("... 10 to 20 s later", sinkhole, share(spans.get(2)), cell -> cell.atLeast(8));
        Collection<Result> silent = results(scenarios.blackHole());
        row("one of 10 never answers: its share % meanwhile", silent, share(spans.get(0)), cell -> cell.atMost(0.12));
        Collection<Result> slow = results(scenarios.slowNode());
        row(
                "one of 10 is ten times slower: its share % meanwhile",
                slow, share(spans.get(0)), UnaryOperator.identity());
        row("... 0 to 10 s later", slow, share(spans.get(1)), cell -> cell.atLeast(8));
    }

    private void places() {
        Scenario near = scenarios.nearAndFar();
        Collection<Result> nearAndFar = results(near);
        double fair = 100.0 / near.servers().size();
        row(
                "one of 30 is near: its share, times fair",
                nearAndFar,
                result -> share(near.measured()).applyAsDouble(result) / fair,
                cell -> cell.atMost(3.5));
        row("... p99 ms", nearAndFar, GoalFigures::p99, UnaryOperator.identity());
        Scenario warm = scenarios.warmNewcomer();
        row(
                "a server joins 19: its share % in 2 s",
                warm, share(warm.shares().get(0)), cell -> cell.atLeast(1).atMost(10));
        row(
                "... five times slower at first: p99.9 ms",
                scenarios.coldNewcomer(),
                result -> result.millis(0.999),
                cell -> cell.atMost(100));
    }

    /** Workloads of which others have published how they fare. */
    private void sameAsOthersShow() {
        ServerModel fast = ServerModel.of(60, 60);
        Scenario slowdown = twoServers(fast, Fault.slow(10_000 / 60.0, new Span(3, 10)), 200, new Span(0, 20));
        row("one of 2 takes 10 s for 7 s: mean ms", slowdown, Result::meanMillis, cell -> cell.atMost(252));
        ServerModel wide = ServerModel.of(1_000, 600);
        Scenario hole = twoServers(wide, Fault.of(Kind.SILENT, new Span(3, 1_000)), 200, new Span(0, 10));
        row("one of 2 never answers any more: success %", hole, GoalFigures::success, cell -> cell.atLeast(91.5));
        ServerModel quick = ServerModel.of(1_000, 120);
        Scenario wrong = twoServers(quick, Fault.of(Kind.REJECTING, new Span(3, 60)), 500, new Span(0, 90));
        row("one of 2 rejects all for 57 of 90 s: success %", wrong, GoalFigures::success, cell -> cell.atLeast(93.6));
    }

    private static Scenario twoServers(ServerModel server, Fault fault, int callsPerSecond, Span measured) {
        return new Scenario(
                "two-servers",
                "",
                List.of(server.fault(fault), server),
                10,
                callsPerSecond / (2 * server.capacity()),
                draws -> 1,
                30_000,
                measured,
                List.of());
    }

    private void row(String name, Scenario scenario, ToDoubleFunction<Result> figure, UnaryOperator<Cell> goal) {
        row(name, results(scenario), figure, goal);
    }

    private void row(
            String name, Collection<Result> results, ToDoubleFunction<Result> figure, UnaryOperator<Cell> goal) {
        UnaryOperator<Cell> ofThisOne = goal;
        Cell[] cells = new Cell[results.size()];
        int place = 0;
        for (Result result : results) {
            cells[place++] = ofThisOne.apply(Cell.of(figure.applyAsDouble(result), 2));
            ofThisOne = UnaryOperator.identity(); // adaptive is the first
        }
        table.row(name, cells);
    }

    private Collection<Result> results(Scenario scenario) {
        return Table.of(scenario, seed).results().values();
    }

    private static double p99(Result result) {
        return result.millis(0.99);
    }

    private static double success(Result result) {
        return 100 - 100 * result.failedShare() - 100 * result.timedOutShare();
    }

    private static ToDoubleFunction<Result> share(Span span) {
        return result -> 100 * result.share(0, span);
    }
}
