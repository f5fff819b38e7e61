package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidates;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PowerOfTwoChoicesTest {

    @Test
    void takesTheOnlyOne() {
        FakeCandidates candidates = FakeCandidates.ofSize(1).withRandom(new Random(1));
        assertThat(select(candidates)).isSameAs(candidates.get(0));
    }

    /** Every ordered pair of draws, every place for the less loaded: the pair must differ, and the lighter one wins. */
    @Test
    void takesTheLessLoadedOfEveryPair() {
        int n = 4;
        for (int first = 0; first < n; first++) {
            for (int draw = 0; draw < n - 1; draw++) {
                int second = draw >= first ? draw + 1 : draw;
                FakeCandidates candidates = FakeCandidates.ofSize(n);
                for (int i = 0; i < n; i++) {
                    candidates.get(i).inFlight(9);
                }
                candidates.get(second).inFlight(3);
                assertThat(select(candidates.withRandom(drawing(first, draw, n))))
                        .isSameAs(candidates.get(second));
                candidates.get(first).inFlight(1);
                assertThat(select(candidates.withRandom(drawing(first, draw, n))))
                        .isSameAs(candidates.get(first));
            }
        }
    }

    @Test
    void takesTheFirstDrawnOfEquals() {
        FakeCandidates candidates = FakeCandidates.ofSize(3).withRandom(drawing(2, 0, 3));
        assertThat(select(candidates)).isSameAs(candidates.get(2));
    }

    @Test
    void comparesWithTheWeight() {
        FakeCandidates candidates = FakeCandidates.ofWeights(1, 3).withRandom(drawing(0, 0, 2));
        candidates.get(0).inFlight(1);
        candidates.get(1).inFlight(2);
        assertThat(select(candidates)).isSameAs(candidates.get(1));
    }

    /** Calls that come one at a time find everybody idle: they follow the weights all the same. */
    @Test
    void breaksTiesInProportionToWeights() {
        FakeCandidates candidates = FakeCandidates.ofWeights(1, 3).withRandom(new Random(2));
        int[] counts = Counting.picks(candidates, Strategies.powerOfTwoChoices().newSelector(candidates), 40_000);
        assertThat(counts[0]).isBetween(9_480, 10_520); // 6 standard deviations around 10,000
    }

    @Test
    void takesTheOtherOneWhenTheBetterIsNotAdmitted() {
        FakeCandidates candidates = FakeCandidates.ofSize(2);
        candidates.get(1).inFlight(5);
        PickRequest avoiding = PickRequest.builder()
                .avoid(List.of(candidates.get(0).instance().id()))
                .build();
        assertThat(Strategies.powerOfTwoChoices().newSelector(candidates).select(avoiding))
                .isSameAs(candidates.get(1));
    }

    @Test
    void neverTakesTheOnlyLoadedOne() {
        FakeCandidates candidates = FakeCandidates.ofSize(5).withRandom(new Random(3));
        candidates.get(2).inFlight(100);
        int[] counts = Counting.picks(candidates, Strategies.powerOfTwoChoices().newSelector(candidates), 10_000);
        assertThat(counts[2]).isZero();
    }

    /** Draws the bits that stand for this place among n, and then that one among the n - 1 others. */
    private static RandomGenerator drawing(int first, int second, int n) {
        long low = ((long) first << 32) / n + 1;
        long high = ((long) second << 32) / (n - 1) + 1;
        return () -> (high << 32) | low;
    }

    @Test
    void drawsEveryPairAsOften() {
        int n = 5;
        FakeCandidates candidates = FakeCandidates.ofSize(n).withRandom(new Random(11));
        for (int idle = 0; idle < n; idle++) {
            for (int i = 0; i < n; i++) {
                candidates.get(i).inFlight(i == idle ? 0 : 1);
            }
            int[] counts =
                    Counting.picks(candidates, Strategies.powerOfTwoChoices().newSelector(candidates), 20_000);
            assertThat(counts[idle]).isBetween(7_580, 8_420); // in 2 of 5 pairs; 6 standard deviations
        }
    }

    private static Candidate select(FakeCandidates candidates) {
        return java.util.Objects.requireNonNull(
                Strategies.powerOfTwoChoices().newSelector(candidates).select(PickRequest.EMPTY));
    }
}
