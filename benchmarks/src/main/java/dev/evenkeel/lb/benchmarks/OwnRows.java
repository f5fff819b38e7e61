package dev.evenkeel.lb.benchmarks;

import dev.evenkeel.lb.AdaptiveBenchmark;
import dev.evenkeel.lb.PicksDuringChangesBenchmark;
import dev.evenkeel.lb.PoolChangeBenchmark;
import dev.evenkeel.lb.RoundRobinBenchmark;
import dev.evenkeel.lb.TwoChoicesBenchmark;
import dev.evenkeel.lb.benchmarks.Measurement.Statistic;
import dev.evenkeel.lb.benchmarks.Row.Limit;
import dev.evenkeel.lb.strategy.StickyKeyBenchmark;
import dev.evenkeel.lb.strategy.TableBuildBenchmark;
import java.util.ArrayList;
import java.util.List;

/** What we measure of ourselves, and the goals. */
public final class OwnRows implements RowSource {

    static final List<Integer> SIZES = List.of(3, 10, 100, 1_000, 10_000);

    private static final int SMALLEST = 3;

    /** The adaptive strategy looks at all of so many, and at some of more. */
    private static final int ALL_SCANNED = 256;

    private static final int LARGEST = 10_000;

    private static final List<Integer> ADAPTIVE_SIZES = List.of(3, 10, 100, ALL_SCANNED, 1_000, LARGEST);

    private final List<Row> rows = new ArrayList<>();

    @Override
    public List<Row> rows() {
        rows.clear();
        roundRobin();
        twoChoices();
        adaptive();
        stickyKey();
        poolChanges();
        return List.copyOf(rows);
    }

    /** A selection of round robin, for comparisons. */
    public static Measurement roundRobin(int n) {
        return roundRobin("equalWeights", n, 1);
    }

    /** A selection of weighted round robin, for comparisons. */
    public static Measurement weightedRoundRobin(int n) {
        return roundRobin("nearlyEqualWeights", n, 1);
    }

    /** A whole call under two choices, with lease and clock, for comparisons. */
    public static Measurement twoChoices(int n) {
        return twoChoices("leaseAndClock", n, 1);
    }

    /** The same without the clock. */
    public static Measurement twoChoicesWithoutClock(int n) {
        return twoChoices("lease", n, 1);
    }

    /** The same without the lease, which keeps a call from ending twice. */
    public static Measurement twoChoicesWithoutLease(int n) {
        return twoChoices("counting", n, 1);
    }

    private static Measurement roundRobin(String method, int n, int threads) {
        return Measurement.of("round robin", RoundRobinBenchmark.class, method, n, threads);
    }

    private static Measurement twoChoices(String method, int n, int threads) {
        return Measurement.of("two choices", TwoChoicesBenchmark.class, method, n, threads);
    }

    /** Beside the floor of two choices. */
    private static Measurement adaptive(String method, int n) {
        return Measurement.of("two choices", AdaptiveBenchmark.class, method, n, 1);
    }

    private static Measurement stickyKey(String method, int n) {
        return Measurement.of("sticky key", StickyKeyBenchmark.class, method, n, 1);
    }

    private void roundRobin() {
        for (int n : SIZES) {
            Measurement one = roundRobin("equalWeights", n, 1);
            Measurement floor = roundRobin("floor", n, 1);
            rows.add(Row.ratio("round robin, selection", one, floor).goal(1.15, 1.35));
            rows.add(Row.ratio("round robin, weights 4..6, selection", roundRobin("nearlyEqualWeights", n, 1), floor)
                    .goal(1.5, 2));
            rows.add(Row.ratio("round robin, weights 1..4, selection", roundRobin("unequalWeights", n, 1), floor)
                    .goal(1.5, 2));
            rows.add(Row.ratio(
                            "round robin, weights 1..sqrt(3), selection", roundRobin("irrationalWeights", n, 1), floor)
                    .goal(1.5, 2));
            rows.add(Row.ratio(
                    "round robin, selection, 2 threads", roundRobin("equalWeights", n, 2), roundRobin("floor", n, 2)));
            rows.add(Row.ratio(
                    "round robin, weights 4..6, 2 threads",
                    roundRobin("nearlyEqualWeights", n, 2),
                    roundRobin("floor", n, 2)));
            rows.add(Row.ratio("round robin, 2 threads over 1", roundRobin("equalWeights", n, 2), one)
                    .goal(1.2, 2));
            rows.add(Row.ratio("the floor, 2 threads over 1", roundRobin("floor", n, 2), floor));
        }
        rows.add(Row.ratio(
                        "round robin, n = 10,000 over n = 3",
                        roundRobin("equalWeights", LARGEST, 1),
                        roundRobin("equalWeights", SMALLEST, 1))
                .goal(1.1));
        rows.add(Row.absolute("round robin, selection", roundRobin("equalWeights", SMALLEST, 1))
                .by(Limit.BYTES)
                .goal(0));
        rows.add(Row.absolute("round robin, weighted, selection", roundRobin("nearlyEqualWeights", SMALLEST, 1))
                .by(Limit.BYTES)
                .goal(0));
    }

    private void twoChoices() {
        for (int threads = 1; threads <= 2; threads++) {
            String suffix = threads == 1 ? "" : ", 2 threads";
            for (int n : SIZES) {
                Measurement floor = twoChoices("floor", n, threads);
                rows.add(Row.ratio("two choices, selection" + suffix, twoChoices("selection", n, threads), floor));
                rows.add(Row.ratio("two choices, begin and end" + suffix, twoChoices("counting", n, threads), floor)
                        .goal(1.2, 1.5));
                rows.add(Row.ratio("two choices, lease" + suffix, twoChoices("lease", n, threads), floor));
                rows.add(Row.ratio(
                        "two choices, lease and clock" + suffix, twoChoices("leaseAndClock", n, threads), floor));
                rows.add(Row.ratio(
                        "the same over the floor and clock" + suffix,
                        twoChoices("leaseAndClock", n, threads),
                        twoChoices("floorAndClock", n, threads)));
            }
        }
        rows.add(Row.absolute("two choices, selection", twoChoices("selection", SMALLEST, 1))
                .by(Limit.BYTES)
                .goal(0));
        rows.add(Row.absolute("acquire and end of a lease", twoChoices("leaseAndClock", SMALLEST, 1))
                .by(Limit.BYTES)
                .goal(40));
    }

    private void adaptive() {
        for (int n : ADAPTIVE_SIZES) {
            Row row = Row.ratio(
                    "adaptive, lease and clock", adaptive("leaseAndClock", n), twoChoices("floor", SMALLEST, 1));
            rows.add(n == SMALLEST ? row.goal(5.5, 8) : row);
            rows.add(Row.absolute("adaptive, selection", adaptive("selection", n)));
        }
        rows.add(Row.ratio(
                "adaptive over the floor and clock",
                adaptive("leaseAndClock", SMALLEST),
                twoChoices("floorAndClock", SMALLEST, 1)));
        rows.add(Row.ratio(
                        "adaptive, each further instance",
                        adaptive("selection", ALL_SCANNED),
                        adaptive("selection", SMALLEST))
                .by(Limit.NANOS_EACH)
                .goal(5, 12));
        rows.add(Row.ratio(
                        "adaptive, n = 10,000 over n = 1,000",
                        adaptive("selection", LARGEST),
                        adaptive("selection", 1_000))
                .goal(1.1));
        rows.add(Row.absolute("adaptive, selection", adaptive("selection", SMALLEST))
                .by(Limit.BYTES)
                .goal(0));
    }

    private void stickyKey() {
        for (int n : SIZES) {
            rows.add(Row.ratio("sticky key, selection", stickyKey("equalWeights", n), stickyKey("floor", n))
                    .least(1.3));
            rows.add(Row.ratio("sticky key by table, selection", stickyKey("table", n), stickyKey("floorOfTable", n))
                    .least(1.3));
            rows.add(Row.absolute("sticky key by table, selection", stickyKey("table", n))
                    .goal(20));
        }
        Measurement smallest = stickyKey("equalWeights", SMALLEST);
        rows.add(Row.absolute("sticky key, selection", smallest).goal(20));
        rows.add(Row.absolute("sticky key, selection", smallest).by(Limit.BYTES).goal(0));
        rows.add(Row.absolute("sticky key by table, selection", stickyKey("table", SMALLEST))
                .by(Limit.BYTES)
                .goal(0));
        for (int n : List.of(100, 1_000, LARGEST)) {
            Measurement floor = tableBuild("floor", n);
            rows.add(Row.ratio("table for sticky keys built", tableBuild("equalWeights", n), floor)
                    .goal(1.2));
            rows.add(Row.ratio("the same, weights 1..3", tableBuild("unequalWeights", n), floor));
        }
    }

    private static Measurement tableBuild(String method, int n) {
        return Measurement.of("table build", TableBuildBenchmark.class, method, n, 1)
                .with(Statistic.MEDIAN_CALL);
    }

    private void poolChanges() {
        poolChange(1_000, 10, 10, 50);
        poolChange(LARGEST, 125, 150, 1_000);
        Measurement quiet = Measurement.of("picks during changes", PicksDuringChangesBenchmark.class, "batch", 1_000, 1)
                .with(Statistic.P99_9_CALL);
        rows.add(Row.ratio(
                        "64 picks, p99.9, 100 changes/s over none",
                        quiet.with("changesPerSecond", "100"),
                        quiet.with("changesPerSecond", "0"))
                .goal(1.2, 1.5));
    }

    private void poolChange(int n, double publish, double mergeSame, double mergeFresh) {
        rows.add(poolChange("one left: merged to published", "publish", n).goal(publish));
        rows.add(poolChange("list merged, same objects", "mergeSame", n).goal(mergeSame));
        rows.add(poolChange("list merged, equal but fresh", "mergeFresh", n).goal(mergeFresh));
        rows.add(poolChange("list merged and published, same objects", "mergeSameAndPublish", n));
    }

    private static Row poolChange(String what, String method, int n) {
        return Row.absolute(
                        what,
                        Measurement.of("pool changes", PoolChangeBenchmark.class, method, n, 1)
                                .with(Statistic.MEDIAN_CALL))
                .by(Limit.MICROS);
    }
}
