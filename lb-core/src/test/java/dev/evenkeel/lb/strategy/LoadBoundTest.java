package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class LoadBoundTest {

    /** The example in the class comment. */
    @Example
    void roundsUp() {
        double[] weights = new double[10];
        Arrays.fill(weights, 1);
        LoadBound bound = new LoadBound(1.25, weights);
        int[] totals = {0, 7, 8, 15, 79};
        int[] bounds = {1, 1, 2, 2, 10};
        for (int i = 0; i < totals.length; i++) {
            assertThat(bound.allows(0, bounds[i] - 1, totals[i])).isTrue();
            assertThat(bound.allows(0, bounds[i], totals[i])).isFalse();
        }
    }

    @Property
    void somebodyIsAlwaysWithinTheBound(
            @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 100) Integer> tenths,
            @ForAll @Size(40) List<@IntRange(max = 1_000) Integer> inFlight,
            @ForAll @DoubleRange(min = 1.01, max = 10) double maxLoad) {
        double[] weights = Weights.of(tenths);
        LoadBound bound = new LoadBound(maxLoad, weights);
        long total = 0;
        for (int i = 0; i < weights.length; i++) {
            total += inFlight.get(i);
        }
        boolean any = false;
        for (int i = 0; i < weights.length; i++) {
            any |= bound.allows(i, inFlight.get(i), total);
        }
        assertThat(any).isTrue();
    }

    @Example
    void copesWithExtremes() {
        LoadBound bound = new LoadBound(1.25, new double[] {Double.MAX_VALUE, Double.MAX_VALUE, Double.MIN_VALUE});
        assertThat(bound.allows(0, 1, 3)).isTrue();
        assertThat(bound.allows(2, 0, 3)).isTrue();
        assertThat(bound.allows(2, 1, 3)).isFalse();
        LoadBound none = new LoadBound(Double.POSITIVE_INFINITY, new double[] {Double.MAX_VALUE, Double.MIN_VALUE});
        assertThat(none.isFinite()).isFalse();
        assertThat(none.allows(1, Integer.MAX_VALUE, 0)).isTrue();
    }
}
