package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidate;
import dev.evenkeel.lb.testkit.FakeCandidates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a clock that stands at 0, all candidates having answered in 10 ms just now, but for what a test says. */
class AdaptiveTest {

    private static final Duration TYPICAL = Duration.ofMillis(10);

    /** Nothing at random. */
    private static final AdaptiveConfig PLAIN =
            AdaptiveConfig.defaults().jitter(0).exploration(0);

    // whom it takes

    @Test
    void takesTheOneWithTheLeastExpectedTime() {
        FakeCandidates candidates = measured(4);
        candidates.get(0).inFlight(3);
        candidates.get(1).latency(Duration.ofMillis(11), 0);
        candidates.get(2).failures(0.4, 1, 0);
        candidates.get(3).latency(Duration.ofMillis(2), 0).inFlight(3);
        assertThat(select(candidates)).isSameAs(candidates.get(3));
        candidates.get(3).inFlight(5);
        assertThat(select(candidates)).isSameAs(candidates.get(1));
    }

    @Test
    void takesTheOnlyOneWhateverIsKnownOfIt() {
        FakeCandidates candidates = measured(1);
        candidates.get(0).failures(0.99, 12, 0).callsOnProbation(1).inFlight(7);
        assertThat(select(candidates)).isSameAs(candidates.get(0));
    }

    /** It is the proportion of weights that counts. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 1e-3, 1, 100, 1e300})
    void weighsInProportionWhateverTheUnit(double unit) {
        FakeCandidates candidates = FakeCandidates.ofWeights(unit, 3 * unit);
        candidates.get(0).latency(TYPICAL, 0).inFlight(1);
        candidates.get(1).latency(TYPICAL, 0).inFlight(4);
        assertThat(select(candidates)).isSameAs(candidates.get(1));
        candidates.get(1).inFlight(5).latency(Duration.ofMillis(11), 0);
        assertThat(select(candidates)).isSameAs(candidates.get(0));
        candidates.get(1).inFlight(0).failures(0.5, 1, 0); // (11 ms * 2/3 + 37 ms) * 4, as against 10 ms * 2 * 2
        assertThat(select(candidates)).isSameAs(candidates.get(0));
    }

    @Test
    void weighsWhatDiffersBeyondAllMeasure() {
        FakeCandidates candidates = FakeCandidates.ofWeights(Double.MIN_VALUE, 1, Double.MAX_VALUE);
        assertThat(select(candidates)).isSameAs(candidates.get(2));
        candidates.get(2).open(false);
        assertThat(select(candidates)).isIn(candidates.get(0), candidates.get(1));
        candidates.get(1).open(false);
        assertThat(select(candidates)).isSameAs(candidates.get(0));
    }

    /** Of equals each is as likely: the jitter decides. */
    @Test
    void sharesOutEvenlyAmongEquals() {
        FakeCandidates candidates = measured(5).withRandom(new Random(1));
        int[] counts = Counting.picks(candidates, Strategies.adaptive().newSelector(candidates), 50_000);
        for (int count : counts) {
            assertThat(count).isBetween(9_463, 10_537); // 6 standard deviations around 10,000
        }
    }

    @Test
    void givesTheWorstNoMoreThanItsShareOfExploration() {
        FakeCandidates candidates = measured(3).withRandom(new Random(2));
        candidates.get(1).latency(Duration.ofMillis(100), 0).picked(-1);
        int[] counts = Counting.picks(candidates, Strategies.adaptive().newSelector(candidates), 100_000);
        assertThat(counts[1])
                .isBetween(811, 1_189); // 6 standard deviations around 1,000: it is the least recently picked
    }

    @Test
    void exploresNobodyIfSoConfigured() {
        FakeCandidates candidates = measured(3).withRandom(new Random(3));
        candidates.get(1).latency(Duration.ofMillis(100), 0).picked(-1);
        Selector selector =
                Strategies.adaptive(AdaptiveConfig.defaults().exploration(0)).newSelector(candidates);
        assertThat(Counting.picks(candidates, selector, 50_000)[1]).isZero();
    }

    // admission

    @Test
    void takesTheNextBestOfThoseThatAdmitTheCall() {
        FakeCandidates candidates = measured(4);
        IntStream.range(0, 4).forEach(i -> candidates.get(i).inFlight(i));
        candidates.get(0).open(false);
        assertThat(select(candidates)).isSameAs(candidates.get(1));
        PickRequest avoiding = PickRequest.builder()
                .avoid(List.of(
                        candidates.get(1).instance().id(),
                        candidates.get(3).instance().id()))
                .build();
        assertThat(Strategies.adaptive(PLAIN).newSelector(candidates).select(avoiding))
                .isSameAs(candidates.get(2));
    }

    @Test
    void exploresOnlyThoseThatAdmitTheCall() {
        FakeCandidates candidates = measured(4).withRandom(new Random(4));
        candidates.get(0).picked(-100).open(false);
        candidates.get(1).picked(-90).failures(0.5, 1, 0);
        candidates.get(2).picked(-80).callsOnProbation(1).inFlight(1);
        candidates.get(3).picked(-70).inFlight(2);
        Selector selector =
                Strategies.adaptive(AdaptiveConfig.defaults().exploration(0.5)).newSelector(candidates);
        int[] counts = Counting.picks(candidates, selector, 1_000);
        assertThat(counts[3]).isEqualTo(1_000);
    }

    @Test
    void doesNotExploreOneThatKeepsACallWaitingUntilTheMemoryFades() {
        long memory = AdaptiveConfig.defaults().memory().toNanos();
        FakeCandidates candidates = measured(3).withRandom(new Random(5));
        candidates.get(0).inFlight(100).latency(TYPICAL, memory);
        candidates.get(1).inFlight(100).latency(TYPICAL, memory).picked(1).waitingSince(-memory);
        candidates.get(2).latency(TYPICAL, memory).picked(memory);
        candidates.get(0).picked(memory);
        Selector selector =
                Strategies.adaptive(AdaptiveConfig.defaults().exploration(0.5)).newSelector(candidates);
        assertThat(picksOf(candidates.get(1), selector, memory)).isZero();
        assertThat(picksOf(candidates.get(1), selector, memory + 1)).isBetween(380, 620); // 8 standard deviations
    }

    @Test
    void exploresOneThatHasFailedOnceItIsForgiven() {
        long halfTime = AdaptiveConfig.defaults().failureHalfTime().toNanos();
        FakeCandidates candidates = measured(3).withRandom(new Random(6));
        candidates.get(1).failures(0.9, 2, 0).picked(-1);
        Selector selector =
                Strategies.adaptive(AdaptiveConfig.defaults().exploration(0.5)).newSelector(candidates);
        assertThat(picksOf(candidates.get(1), selector, 2 * halfTime - 1)).isZero();
        assertThat(picksOf(candidates.get(1), selector, 2 * halfTime)).isBetween(380, 620); // 8 standard deviations
    }

    private static int picksOf(Candidate candidate, Selector selector, long now) {
        return (int) IntStream.range(0, 1_000)
                .filter(i -> selector.select(PickRequest.EMPTY, now) == candidate)
                .count();
    }

    @Test
    void proposesSomebodyAlsoIfNobodyAdmitsTheCall() {
        FakeCandidates candidates = measured(3);
        IntStream.range(0, 3).forEach(i -> candidates.get(i).open(false));
        assertThat(select(candidates)).isNotNull();
    }

    // newcomers

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void givesANewcomerNoMoreCallsThanItIsTrustedWith(int trusted) {
        FakeCandidates candidates = measured(2);
        candidates.get(0).inFlight(50);
        FakeCandidate newcomer = candidates.get(1).latency(Duration.ZERO).callsOnProbation(trusted);
        for (int calls = 0; calls < trusted; calls++) {
            newcomer.inFlight(calls);
            assertThat(select(candidates)).isSameAs(newcomer);
        }
        newcomer.inFlight(trusted);
        assertThat(select(candidates)).isSameAs(candidates.get(0));
    }

    @Test
    void trustsANewcomerWithMoreWhereAllOthersFail() {
        FakeCandidates candidates = measured(3);
        candidates.get(0).failures(0.5, 1, 0);
        candidates.get(1).failures(0.5, 3, 0);
        FakeCandidate newcomer = candidates.get(2).callsOnProbation(1).inFlight(1);
        assertThat(select(candidates)).isSameAs(newcomer);
    }

    /** Also if it is slower than one that fails. */
    @Test
    void doesNotWhereOneIsThereThatDoesNotFail() {
        FakeCandidates candidates = measured(3);
        candidates.get(0).failures(0.1, 1, 0);
        candidates.get(1).inFlight(50);
        candidates.get(2).callsOnProbation(1).inFlight(1);
        assertThat(select(candidates)).isSameAs(candidates.get(0));
    }

    @Test
    void trustsANewcomerWithMoreWhereNobodyElseAdmitsTheCall() {
        FakeCandidates candidates = measured(2);
        candidates.get(0).open(false);
        candidates.get(1).callsOnProbation(1).inFlight(10);
        assertThat(select(candidates)).isSameAs(candidates.get(1));
    }

    @Test
    void takesTheLeastLoadedWhereAllAreNew() {
        FakeCandidates candidates = FakeCandidates.ofSize(5);
        for (int i = 0; i < 5; i++) {
            candidates.get(i).callsOnProbation(1 << (i % 3)).inFlight(10 + (i * 3) % 5);
        }
        assertThat(select(candidates)).isSameAs(candidates.get(0));
        candidates.get(0).open(false);
        assertThat(select(candidates)).isSameAs(candidates.get(2)); // 10 + 1
    }

    // many

    @Test
    void looksAtAllOfUpTo256() {
        FakeCandidates candidates = measured(256);
        IntStream.range(0, 256)
                .filter(i -> i != 200)
                .forEach(i -> candidates.get(i).inFlight(1));
        assertThat(select(candidates)).isSameAs(candidates.get(200));
    }

    /** With 16 samples of n the busy half is taken once in 2^16. */
    @Test
    void looksAtSomeOfMore() {
        int n = 2_000;
        FakeCandidates candidates = measured(n).withRandom(new Random(5));
        IntStream.range(0, n / 2).forEach(i -> candidates.get(i).inFlight(5));
        Selector selector =
                Strategies.adaptive(AdaptiveConfig.defaults().exploration(0)).newSelector(candidates);
        int[] counts = Counting.picks(candidates, selector, 60_000);
        assertThat(IntStream.range(0, n / 2).map(i -> counts[i]).sum()).isLessThanOrEqualTo(10);
        assertThat(IntStream.range(n / 2, n).filter(i -> counts[i] == 0))
                .as("not reached")
                .isEmpty();
        assertThat(IntStream.range(n / 2, n).map(i -> counts[i]).max().orElseThrow())
                .isLessThan(60 + 6 * 8); // 6 standard deviations
    }

    @Test
    void reachesTheBusyOnesOfManyToo() {
        int n = 300;
        FakeCandidates candidates = measured(n).withRandom(new Random(6));
        long[] picked = new long[n];
        IntStream.range(0, n)
                .filter(i -> i % 3 == 0)
                .forEach(i -> candidates.get(i).inFlight(50));
        Selector selector = Strategies.adaptive().newSelector(candidates);
        List<Candidate> all = IntStream.range(0, n)
                .mapToObj(i -> (Candidate) candidates.get(i))
                .toList();
        for (int i = 1; i <= 2 * (n + 10) * 100; i++) { // twice what invariance under exploration of 1 % allows
            int place = all.indexOf(selector.select(PickRequest.EMPTY, i));
            candidates.get(place).picked(i);
            picked[place]++;
        }
        assertThat(picked).doesNotContain(0);
    }

    // state, and the same again

    @Test
    void goesOnWithTheTypicalLatencyWhenTheListChanges() {
        FakeCandidates candidates = measured(2);
        Selector before = Strategies.adaptive(PLAIN).newSelector(candidates);
        before.select(PickRequest.EMPTY, 0);
        FakeCandidates after = FakeCandidates.ofSize(2).replacing(before);
        after.get(0)
                .failures(0.5, 0, 0); // (L + 0.5 * 5 * typical) * 2: with a typical one of 1 ns it would not be noticed
        after.get(0).latency(Duration.ofMillis(4), 0);
        after.get(1).latency(Duration.ofMillis(20), 0);
        Selector selector = Strategies.adaptive(PLAIN).newSelector(after);
        assertThat(selector.select(PickRequest.EMPTY, 0)).isSameAs(after.get(1));
    }

    @Test
    void picksTheSameAgainFromTheSameSeedAndHistory() {
        assertThat(history(7)).isEqualTo(history(7));
        assertThat(history(7)).isNotEqualTo(history(8));
    }

    private static List<ServiceInstance> history(long seed) {
        FakeCandidates candidates = measured(20).withRandom(new Random(seed));
        Selector selector = Strategies.adaptive().newSelector(candidates);
        Random calls = new Random(1);
        List<ServiceInstance> picks = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            Candidate picked = Objects.requireNonNull(selector.select(PickRequest.EMPTY, i * 1_000_000L));
            picks.add(picked.instance());
            candidates
                    .get(calls.nextInt(20))
                    .inFlight(calls.nextInt(5))
                    .latency(Duration.ofMillis(1 + calls.nextInt(50)), i * 1_000_000L);
        }
        return picks;
    }

    private static FakeCandidates measured(int size) {
        FakeCandidates candidates = FakeCandidates.ofSize(size);
        IntStream.range(0, size).forEach(i -> candidates.get(i).latency(TYPICAL, 0));
        return candidates;
    }

    private static Candidate select(FakeCandidates candidates) {
        return Objects.requireNonNull(
                Strategies.adaptive(PLAIN).newSelector(candidates).select(PickRequest.EMPTY));
    }
}
