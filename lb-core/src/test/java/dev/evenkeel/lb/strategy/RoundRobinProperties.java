package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.testkit.FakeCandidates;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RoundRobinProperties {

    @Property
    void withEqualWeightsEveryPrefixIsEven(
            @ForAll @IntRange(min = 1, max = 40) int size,
            @ForAll @IntRange(max = 500) int picks,
            @ForAll int start,
            @ForAll @IntRange(min = -1000, max = 1000) int exponent) {
        double[] weights = new double[size];
        Arrays.fill(weights, Math.scalb(1.0, exponent));
        FakeCandidates candidates = FakeCandidates.ofWeights(weights).withRandom(new Random(start));
        Selector selector = Strategies.roundRobin().newSelector(candidates);

        int[] counts = Counting.picks(candidates, selector, picks);

        for (int count : counts) {
            assertThat(count).isBetween(picks / size, (picks + size - 1) / size);
        }
    }

    /** Static stride: a prefix deviates from the ideal share by fewer than 4 picks, with weights from 1 to 1,000. */
    @Property
    void withWeightsEveryPrefixIsCloseToTheShares(
            @ForAll @Size(min = 2, max = 30) List<@IntRange(min = 1, max = 1000) Integer> tenths,
            @ForAll @IntRange(min = 1, max = 2000) int picks,
            @ForAll @IntRange(min = 0) int start) {
        double[] weights = Weights.of(tenths);
        FakeCandidates candidates = FakeCandidates.ofWeights(weights).withRandom(new Random(start));
        Selector selector = Strategies.roundRobin().newSelector(candidates);

        int[] counts = Counting.picks(candidates, selector, picks);

        double total = Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            assertThat(counts[i] - picks * weights[i] / total).isBetween(-4.0, 4.0);
        }
    }

    @Property
    void aCommonFactorOfTheWeightsChangesNothing(
            @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 1000) Integer> tenths,
            @ForAll @IntRange(min = -200, max = 200) int exponent) {
        double[] plain = Weights.of(tenths);
        double[] scaled =
                Arrays.stream(plain).map(weight -> Math.scalb(weight, exponent)).toArray();
        FakeCandidates one = FakeCandidates.ofWeights(plain).withRandom(new Random(7));
        FakeCandidates other = FakeCandidates.ofWeights(scaled).withRandom(new Random(7));

        assertThat(Counting.picks(other, Strategies.roundRobin().newSelector(other), 500))
                .containsExactly(Counting.picks(one, Strategies.roundRobin().newSelector(one), 500));
    }
}
