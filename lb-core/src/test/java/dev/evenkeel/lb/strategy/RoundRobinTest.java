package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidates;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RoundRobinTest {

    private static final LoadBalancingStrategy STRATEGY = Strategies.roundRobin();

    @Test
    void goesOnWhereItWasWhenTheListChanges() {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        Selector first = STRATEGY.newSelector(candidates);
        Candidate last = first.select(PickRequest.EMPTY);
        Selector second = STRATEGY.newSelector(candidates.replacing(first));
        assertThat(second.select(PickRequest.EMPTY)).isNotEqualTo(last);
        assertThat(first.select(PickRequest.EMPTY)).isNotEqualTo(last);
    }

    @Test
    void startsAnywhere() {
        FakeCandidates candidates = FakeCandidates.ofSize(10);
        Set<Candidate> starts = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            starts.add(STRATEGY.newSelector(candidates.withRandom(new Random(seed)))
                    .select(PickRequest.EMPTY));
        }
        assertThat(starts).hasSize(10); // a given place is missed with a probability of 0.9^200 < 1e-9
    }

    /** One that folds a negative counter, or takes its remainder as it is, fails here. */
    @Test
    void countsOnWhenThePositionOverflows() {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        for (long start : new long[] {-4, Long.MAX_VALUE - 3, Long.MIN_VALUE, Integer.MAX_VALUE - 3L}) {
            Selector selector = STRATEGY.newSelector(candidates.withRandom(startingAt(start)));
            assertThat(Counting.picks(candidates, selector, 3)).containsExactly(1, 1, 1);
            int[] more = Counting.picks(candidates, selector, 300);
            assertThat(more[0] + more[1] + more[2]).isEqualTo(300);
            for (int count : more) {
                assertThat(count).isBetween(99, 101);
            }
        }
    }

    @Test
    void servesWeightsAcrossAnOverflow() {
        FakeCandidates candidates = FakeCandidates.ofWeights(1, 2, 4);
        Selector selector = STRATEGY.newSelector(candidates.withRandom(startingAt(-300)));
        int[] counts = Counting.picks(candidates, selector, 7000);
        assertThat(counts[0]).isBetween(990, 1010);
        assertThat(counts[1]).isBetween(1990, 2010);
        assertThat(counts[2]).isBetween(3990, 4010);
    }

    private static RandomGenerator startingAt(long position) {
        return () -> position;
    }
}
