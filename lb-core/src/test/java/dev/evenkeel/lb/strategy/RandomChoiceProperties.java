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

class RandomChoiceProperties {

    /** Six standard deviations: for a right table a count is outside with a probability below 1e-8. */
    @Property(tries = 50)
    void sharesFollowTheWeights(
            @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 1, max = 100) Integer> tenths, @ForAll long seed) {
        double[] weights = Weights.of(tenths);
        FakeCandidates candidates =
                FakeCandidates.ofWeights(weights).withRandom(new Random(seed * 0x9E3779B97F4A7C15L + 1));
        int picks = 20_000;

        int[] counts = Counting.picks(candidates, Strategies.random().newSelector(candidates), picks);

        double total = Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            double share = weights[i] / total;
            double deviation = 6 * Math.sqrt(picks * share * (1 - share)) + 1;
            assertThat((double) counts[i]).isBetween(picks * share - deviation, picks * share + deviation);
        }
    }

    @Property
    void extremeWeightsMakeNoIndexOutOfRange(
            @ForAll @Size(min = 1, max = 50) List<@IntRange(min = -1000, max = 1000) Integer> exponents,
            @ForAll long seed) {
        double[] weights = exponents.stream()
                .mapToDouble(exponent -> Math.scalb(1.0, exponent))
                .toArray();
        AliasTable table = new AliasTable(weights);
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            assertThat(table.draw(random)).isBetween(0, weights.length - 1);
        }
    }
}
