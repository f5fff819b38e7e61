package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.benchmarks.simulator.Fault.Kind;
import dev.evenkeel.lb.benchmarks.simulator.RetriedCalls.Plan;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What callers notice of servers that are ill where calls are made again at others, and what hedging does for the tail. */
final class RetryFigures {

    private static final int SERVERS = 5;
    private static final int CALLS_PER_SECOND = 500;
    private static final ServerModel SERVER = ServerModel.of(8, 5);
    private static final Span MEASURED = new Span(1, 11);
    private static final Span ILL = new Span(4, 7);
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(250);
    private static final RetryPolicy RETRIES =
            RetryPolicy.builder().attemptTimeout(ATTEMPT_TIMEOUT).build();

    /** As many as begin at one server before the first of them is given up, and four. */
    private static final double HANGING = CALLS_PER_SECOND * ATTEMPT_TIMEOUT.toMillis() / 1000.0 / SERVERS + 4;

    private final FigureTable table;
    private final long seed;

    private RetryFigures(FigureTable table, long seed) {
        this.table = table;
        this.seed = seed;
    }

    /** Faults, as callers see them. */
    static FigureTable faults(long seed) {
        FigureTable table = new FigureTable(
                """
                5 servers, 500 calls/s for 10 s, made again at another one; what is ill is so for 3 s. Time limit 250 ms for an
                attempt, 200 ms for a connection. Touched: attempts that fail at one server, at most. Shunned: from then on it
                gets less than a fiftieth of its share.""", "lost", "worst touched", "shunned after ms", "attempts/call", "p99 ms", "longest ms");
        RetryFigures figures = new RetryFigures(table, seed);
        figures.fault("gone: 1 of 5", 1, Kind.REFUSING, 3, 100);
        figures.fault("gone: 3 of 5", 3, Kind.REFUSING, 3, 100);
        figures.fault("gone: 4 of 5", 4, Kind.REFUSING, 3, 100);
        figures.fault("resetting", 1, Kind.RESETTING, 5, 100);
        figures.fault("failing fast", 1, Kind.FAILING, 5, 100);
        figures.fault("unreachable", 1, Kind.UNREACHABLE, HANGING, 500);
        figures.fault("silent", 1, Kind.SILENT, HANGING, 500);
        figures.restarts("restart one by one, with notice", true);
        figures.restarts("restart one by one, without", false);
        figures.allGone();
        return table;
    }

    /** The slowest calls. */
    static FigureTable tail(long seed) {
        FigureTable table = new FigureTable(
                "10 servers, 5 ms (exponential) a call, one in 5 workers busy. Times against those of the row above.",
                "p99 ms",
                "p99 times",
                "p99.9 ms",
                "p99.9 times",
                "attempts/call",
                "lost");
        new RetryFigures(table, seed).slowOne();
        new RetryFigures(table, seed).failingOne();
        new RetryFigures(table, seed).stalls();
        return table;
    }

    private void fault(String name, int sick, Kind kind, double mostTouched, double seenMillis) {
        ServerModel ill = SERVER.fault(Fault.of(kind, ILL));
        RetriedCalls run = RetriedCalls.of(plan(Scenario.servers(sick, ill, SERVERS - sick, SERVER)), seed);
        table.row(
                name,
                Cell.count(run.lost()).atMost(0),
                Cell.count(run.mostFailures(sick)).atMost(mostTouched),
                Cell.of(run.millisUntilShunned(sick), 0).atMost(seenMillis),
                Cell.of(run.attemptsPerCall(), 3),
                Cell.of(run.millis(0.99), 1),
                Cell.of(run.longestMillis(), 0));
    }

    private void restarts(String name, boolean notice) {
        List<ServerModel> servers = new ArrayList<>();
        for (int place = 0; place < SERVERS; place++) {
            int at = MEASURED.from() + 1 + 2 * place;
            Fault gone = Fault.of(Kind.REFUSING, new Span(at + (notice ? 1 : 0), at + (notice ? 2 : 1)));
            ServerModel server = SERVER.fault(gone);
            servers.add(notice ? server.away(new Span(at, at + 2)) : server);
        }
        RetriedCalls run = RetriedCalls.of(plan(servers), seed);
        Cell attempts = Cell.of(run.attemptsPerCall(), 3);
        table.row(
                name,
                Cell.count(run.lost()).atMost(0),
                Cell.of(Double.NaN, 0),
                Cell.of(Double.NaN, 0),
                notice ? attempts.atMost(1.001) : attempts,
                Cell.of(run.millis(0.99), 1),
                Cell.of(run.longestMillis(), 0));
    }

    private void allGone() {
        ServerModel ill = SERVER.fault(Fault.of(Kind.REFUSING, ILL));
        RetriedCalls run = RetriedCalls.of(plan(Collections.nCopies(SERVERS, ill)), seed);
        table.row(
                "all gone; not shunned but back after ms",
                Cell.count(run.lost()),
                Cell.of(Double.NaN, 0),
                Cell.of(run.lastLostMillisAfter(ILL.untilNanos()), 0).atMost(500),
                Cell.of(run.attemptsPerCall(), 3).atMost(1.10),
                Cell.of(run.millis(0.99), 1),
                Cell.of(run.longestMillis(), 0).atMost(2000));
    }

    private static Plan plan(List<ServerModel> servers) {
        return new Plan(servers, CALLS_PER_SECOND, MEASURED, draws -> 1, ILL, true, RETRIES, HedgePolicy.off());
    }

    private void slowOne() {
        RetriedCalls knowing = tail(Collections.nCopies(9, SERVER), Work.exponential(), HedgePolicy.off());
        RetriedCalls learning = tail(
                Scenario.servers(1, SERVER.fault(Fault.slow(10, Span.ALWAYS)), 9, SERVER),
                Work.exponential(),
                HedgePolicy.off());
        row("9 of them, as if it were known who is slow", knowing, knowing, Double.POSITIVE_INFINITY);
        row("all, one ten times slower", learning, knowing, 1.15);
    }

    private void failingOne() {
        List<ServerModel> servers = Scenario.servers(1, SERVER.fault(Fault.of(Kind.FAILING, Span.ALWAYS)), 9, SERVER);
        RetriedCalls without = RetriedCalls.of(
                tailPlan(servers, Work.exponential(), RetryPolicy.off(), HedgePolicy.off(), new Span(0, 20)), seed);
        RetriedCalls with = RetriedCalls.of(
                tailPlan(servers, Work.exponential(), RetryPolicy.defaults(), HedgePolicy.off(), new Span(0, 20)),
                seed);
        lost("one fails at once, never again elsewhere", without, 5);
        lost("... and again elsewhere", with, 0);
    }

    private void lost(String name, RetriedCalls run, double most) {
        table.row(
                name,
                Cell.of(run.millis(0.99), 1),
                Cell.of(Double.NaN, 0),
                Cell.of(run.millis(0.999), 1),
                Cell.of(Double.NaN, 0),
                Cell.of(run.attemptsPerCall(), 3),
                Cell.count(run.lost()).atMost(most));
    }

    private void stalls() {
        List<ServerModel> servers = Collections.nCopies(10, ServerModel.of(64, 5));
        Work stalling = draws -> draws.nextDouble() < 0.01 ? 100 : draws.nextExponential();
        RetriedCalls without = tail(servers, stalling, HedgePolicy.off());
        RetriedCalls with = tail(servers, stalling, HedgePolicy.defaults());
        row("one call in 100 takes 500 ms", without, without, Double.POSITIVE_INFINITY);
        table.row(
                "... and is hedged",
                Cell.of(with.millis(0.99), 1),
                Cell.of(with.millis(0.99) / without.millis(0.99), 2),
                Cell.of(with.millis(0.999), 1),
                Cell.of(with.millis(0.999) / without.millis(0.999), 2).atMost(0.2),
                Cell.of(with.attemptsPerCall(), 3).atMost(1.05),
                Cell.count(with.lost()).atMost(0));
    }

    private RetriedCalls tail(List<ServerModel> servers, Work work, HedgePolicy hedging) {
        return RetriedCalls.of(tailPlan(servers, work, RetryPolicy.defaults(), hedging, new Span(5, 25)), seed);
    }

    private static Plan tailPlan(
            List<ServerModel> servers, Work work, RetryPolicy retries, HedgePolicy hedging, Span measured) {
        return new Plan(servers, 3_000, measured, work, measured, false, retries, hedging);
    }

    private void row(String name, RetriedCalls run, RetriedCalls base, double most) {
        double times = run.millis(0.99) / base.millis(0.99);
        table.row(
                name,
                Cell.of(run.millis(0.99), 1),
                Cell.of(times, 2).atMost(most),
                Cell.of(run.millis(0.999), 1),
                Cell.of(run.millis(0.999) / base.millis(0.999), 2),
                Cell.of(run.attemptsPerCall(), 3),
                Cell.count(run.lost()).atMost(0));
    }
}
