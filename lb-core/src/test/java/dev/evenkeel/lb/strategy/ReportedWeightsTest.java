package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidates;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ReportedWeightsTest {

    private static final LoadBalancingStrategy STRATEGY = Strategies.weightedByReport();

    /** How far static stride may be from the ideal share, see RoundRobinProperties. */
    private static final double STRIDE = 4;

    private final VirtualClock clock = new VirtualClock();

    @Test
    void replaysTheExampleOfItsDocumentation() {
        FakeCandidates candidates = ofSize(4);
        Selector selector = STRATEGY.newSelector(candidates);
        report(candidates, 0, 100, 0.5);
        report(candidates, 1, 100, 0.25);
        candidates
                .get(2)
                .report(
                        LoadReport.builder()
                                .rps(100)
                                .cpuUtilization(0.5)
                                .eps(50)
                                .build(),
                        clock.nanos());
        pickInEachSecond(selector, 11);
        assertShares(candidates, selector, 2_800, 600, 1_200, 300, 700);
    }

    @Test
    void worksOutFactorsOfTheMedian() {
        assertThat(ReportedWeights.factors(new double[] {200, 400, 100, 0}))
                .containsExactly(new double[] {1, 2, 0.5, 3.5 / 3}, within(1e-12));
        assertThat(ReportedWeights.factors(new double[] {1, 1e9, 1, 1e-9, 1})).containsExactly(1, 10, 1, 0.1, 1);
        assertThat(ReportedWeights.factors(new double[] {1, 1e9})).containsExactly(1, 10);
        assertThat(ReportedWeights.factors(new double[] {0, 5, 0})).containsExactly(1, 1, 1);
        assertThat(ReportedWeights.factors(new double[] {Double.MAX_VALUE, Double.MIN_VALUE, 0}))
                .containsExactly(10, 1, 5.5);
    }

    @Test
    void isPlainRoundRobinUntilTheBlackoutIsOver() {
        FakeCandidates candidates = ofSize(2);
        Selector selector = STRATEGY.newSelector(candidates);
        for (int second = 0; second < 10; second++) {
            report(candidates, 0, 100, 0.75);
            report(candidates, 1, 100, 0.25);
            assertThat(Counting.picks(candidates, selector, 100)).containsExactly(50, 50);
            clock.advance(Duration.ofSeconds(1));
        }
        clock.advance(Duration.ofSeconds(1));
        assertShares(candidates, selector, 400, 100, 300);
    }

    @Test
    void convergesToWhatIsReported() {
        FakeCandidates candidates = ofSize(3);
        Selector selector = STRATEGY.newSelector(candidates);
        for (int second = 0; second < 60; second++) {
            report(candidates, 0, 100, 0.5);
            report(candidates, 1, 100, 0.5);
            report(candidates, 2, 100, 0.5);
            pickInEachSecond(selector, 1);
        }
        assertThat(Counting.picks(candidates, selector, 300)).containsExactly(100, 100, 100);
        for (int second = 0; second < 60; second++) {
            report(candidates, 0, 100, 0.5);
            report(candidates, 1, 100, 0.25);
            report(candidates, 2, 100, 0.125);
            pickInEachSecond(selector, 1);
        }
        assertShares(candidates, selector, 7_000, 1_000, 2_000, 4_000);
    }

    @Test
    void forgetsWhatIsNotReportedAnyMore() {
        FakeCandidates candidates = ofSize(3);
        Selector selector = STRATEGY.newSelector(candidates);
        report(candidates, 0, 100, 0.75);
        report(candidates, 1, 100, 0.25);
        pickInEachSecond(selector, 12);
        assertShares(candidates, selector, 600, 100, 300, 200);
        clock.advance(Duration.ofSeconds(150));
        report(candidates, 1, 100, 0.25);
        pickInEachSecond(selector, 30);
        assertThat(Counting.picks(candidates, selector, 300)).containsExactly(100, 100, 100); // one alone is none
    }

    /** The liar of ten: next to no load, and all that this brings is ten shares of nineteen. */
    @Test
    void boundsWhatALieBrings() {
        FakeCandidates candidates = ofSize(10);
        Selector selector = STRATEGY.newSelector(candidates);
        report(candidates, 0, 1e12, 1e-12);
        for (int i = 1; i < 10; i++) {
            report(candidates, i, 100, 0.5);
        }
        pickInEachSecond(selector, 11);
        assertShares(candidates, selector, 1_900, 1_000, 100, 100, 100, 100, 100, 100, 100, 100, 100);
    }

    @Test
    void leavesAShareToOneThatSaysThatItIsOverloaded() {
        FakeCandidates candidates = ofSize(3);
        Selector selector = STRATEGY.newSelector(candidates);
        report(candidates, 0, 1e-12, 1e12);
        report(candidates, 1, 100, 0.5);
        report(candidates, 2, 100, 0.5);
        pickInEachSecond(selector, 11);
        assertShares(candidates, selector, 2_100, 100, 1_000, 1_000);
    }

    @Test
    void isPlainRoundRobinWhereNoReportSaysEnough() {
        FakeCandidates candidates = ofSize(3);
        Selector selector = STRATEGY.newSelector(candidates);
        report(candidates, 0, 0, 0.5);
        report(candidates, 1, 100, 0);
        report(candidates, 2, Double.MAX_VALUE, Double.MIN_VALUE);
        pickInEachSecond(selector, 15);
        assertThat(Counting.picks(candidates, selector, 300)).containsExactly(100, 100, 100);
    }

    @Test
    void isWeightedRoundRobinWithoutReports() {
        FakeCandidates candidates = FakeCandidates.ofWeights(1, 2, 4).withTicker(clock);
        assertShares(candidates, STRATEGY.newSelector(candidates), 7_000, 1_000, 2_000, 4_000);
    }

    @Test
    void takesTheConfiguredWeightAsAFactor() {
        FakeCandidates candidates = FakeCandidates.ofWeights(3, 1).withTicker(clock);
        Selector selector = STRATEGY.newSelector(candidates);
        report(candidates, 0, 100, 0.5);
        report(candidates, 1, 100, 0.25);
        pickInEachSecond(selector, 11);
        assertShares(candidates, selector, 500, 300, 200);
    }

    @Test
    void bearsTheLargestWeights() {
        FakeCandidates candidates =
                FakeCandidates.ofWeights(Double.MAX_VALUE, Double.MAX_VALUE, 1).withTicker(clock);
        Selector selector = STRATEGY.newSelector(candidates);
        report(candidates, 0, 100, 0.01);
        report(candidates, 1, 100, 0.01);
        report(candidates, 2, 100, 0.5);
        pickInEachSecond(selector, 11);
        int[] counts = Counting.picks(candidates, selector, 1_000);
        assertThat(counts[0]).isEqualTo(counts[1]).isGreaterThan(490);
    }

    @Test
    void survivesAChangeOfThePool() {
        FakeCandidates four = ofSize(4);
        Selector before = STRATEGY.newSelector(four);
        for (int i = 0; i < 4; i++) {
            report(four, i, 100, i == 1 ? 0.25 : 0.5);
        }
        pickInEachSecond(before, 11);
        Selector after = STRATEGY.newSelector(four.without(3).replacing(before));
        assertShares(four, after, 400, 100, 200, 100, 0);

        FakeCandidates back = four.replacing(after); // whoever comes back begins anew, with the mean
        Selector again = STRATEGY.newSelector(back);
        assertShares(back, again, 1_600, 300, 600, 300, 400);
        report(back, 3, 100, 0.125);
        pickInEachSecond(again, 5);
        assertShares(back, again, 1_600, 300, 600, 300, 400);
        pickInEachSecond(again, 6);
        assertShares(back, again, 800, 100, 200, 100, 400);
    }

    @Test
    void goesOnWhereItWasWhenTheListOrTheWeightsChange() {
        FakeCandidates candidates = ofSize(5);
        Selector selector = STRATEGY.newSelector(candidates);
        Set<Candidate> picked = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            picked.add(selector.select(PickRequest.EMPTY));
            clock.advance(Duration.ofSeconds(2)); // a new schedule for each pick
            if (i == 2) {
                selector = STRATEGY.newSelector(candidates.replacing(selector));
            }
        }
        assertThat(picked).hasSize(5);
    }

    /**
     * The lightest gets one pick in 80 or so. A new schedule may pass over the turn that was due by the old one, so that
     * with ten picks for each schedule turns come as if they were drawn; but they come.
     */
    @Test
    void skipsNobodyWhileTheWeightsMove() {
        FakeCandidates candidates = ofSize(5);
        Selector selector = STRATEGY.newSelector(candidates);
        int[] waiting = new int[5];
        int longest = 0;
        for (int step = 0; step < 20_000; step++) {
            for (int i = 0; i < 5; i++) {
                report(candidates, i, 100, i == 0 ? 1e9 : 0.3 + 0.2 * Math.sin(step / 50.0 + i));
            }
            clock.advance(Duration.ofMillis(100));
            Candidate picked = selector.select(PickRequest.EMPTY);
            for (int i = 0; i < 5; i++) {
                waiting[i] = picked == candidates.get(i) ? 0 : waiting[i] + 1;
                longest = Math.max(longest, waiting[i]);
            }
        }
        assertThat(longest).isLessThan(1_000); // if drawn, more than that once in 300,000 turns
    }

    @Test
    void makesOneScheduleInASecond() {
        FakeCandidates candidates = ofSize(2);
        Selector selector = STRATEGY.newSelector(candidates);
        report(candidates, 0, 100, 0.75);
        report(candidates, 1, 100, 0.25);
        pickInEachSecond(selector, 1);
        clock.advance(Duration.ofMillis(9_500));
        assertShares(candidates, selector, 400, 100, 300); // made at 10.5 s
        report(candidates, 1, 100, 0.025);
        clock.advance(Duration.ofMillis(999));
        assertShares(candidates, selector, 400, 100, 300);
        clock.advance(Duration.ofMillis(1));
        assertThat(Counting.picks(candidates, selector, 400)[1]).isGreaterThan(310);
    }

    @Test
    void picksWhileTimeAndReportsMove() throws Exception {
        int threads = 3;
        int picks = 20_000;
        FakeCandidates candidates = ofSize(7);
        Selector selector = STRATEGY.newSelector(candidates);
        Set<Candidate> members = new HashSet<>();
        for (int i = 0; i < 7; i++) {
            members.add(candidates.get(i));
        }
        CyclicBarrier start = new CyclicBarrier(threads + 1);
        ExecutorService pool = Executors.newFixedThreadPool(threads + 1);
        try {
            List<Future<?>> done = new ArrayList<>();
            done.add(pool.submit(() -> {
                start.await();
                for (int step = 0; step < 2_000; step++) {
                    report(candidates, step % 7, 100, 0.1 * (1 + step % 7));
                    clock.advance(Duration.ofMillis(500));
                }
                return null;
            }));
            for (int t = 0; t < threads; t++) {
                done.add(pool.submit(() -> {
                    start.await();
                    for (int i = 0; i < picks; i++) {
                        assertThat(members).contains(selector.select(PickRequest.EMPTY));
                    }
                    return null;
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            pool.shutdownNow();
        }
        pickInEachSecond(selector, 12); // a blackout, if all picks were over long before the last report
        int[] counts = Counting.picks(candidates, selector, 7_000);
        for (int i = 1; i < 7; i++) {
            assertThat(counts[i]).as("the more loaded gets less: %s", i).isLessThan(counts[i - 1]);
        }
    }

    private FakeCandidates ofSize(int size) {
        return FakeCandidates.ofSize(size).withTicker(clock);
    }

    private void report(FakeCandidates candidates, int place, double rps, double utilization) {
        LoadReport report = LoadReport.builder()
                .rps(rps)
                .applicationUtilization(utilization)
                .build();
        candidates.get(place).report(report, clock.nanos());
    }

    private void pickInEachSecond(Selector selector, int seconds) {
        for (int second = 0; second < seconds; second++) {
            selector.select(PickRequest.EMPTY);
            clock.advance(Duration.ofSeconds(1));
        }
    }

    private static void assertShares(FakeCandidates candidates, Selector selector, int picks, int... expected) {
        int[] counts = Counting.picks(candidates, selector, picks);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) counts[i]).as("candidate %s", i).isCloseTo(expected[i], within(STRIDE));
        }
    }
}
