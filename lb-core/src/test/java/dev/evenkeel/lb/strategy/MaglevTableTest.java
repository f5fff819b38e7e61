package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaglevTableTest {

    /** The example in the class comment: table 1 of the paper. */
    @Test
    void fillsTheTableOfThePaper() {
        int[] before = MaglevTable.fill(7, new int[] {3, 0, 3}, new int[] {4, 2, 1}, new double[] {1, 1, 1});
        assertThat(before).containsExactly(1, 0, 1, 0, 2, 2, 0);
        int[] withoutTheSecond = MaglevTable.fill(7, new int[] {3, 3}, new int[] {4, 1}, new double[] {1, 1});
        assertThat(withoutTheSecond).containsExactly(0, 0, 0, 0, 1, 1, 1);
    }

    @Test
    void aLightOneLetsTurnsPass() {
        int[] slots = MaglevTable.fill(7, new int[] {3, 0, 3}, new int[] {4, 2, 1}, new double[] {1, 0.25, 1});
        assertThat(slots).containsExactly(1, 0, 0, 0, 2, 2, 2); // a b c, a c, a c
    }

    @Test
    void hasSizesThatArePrimeAndLargeEnough() {
        assertThat(Arrays.stream(MaglevTable.SIZES))
                .allMatch(size -> BigInteger.valueOf(size).isProbablePrime(50))
                .isSorted();
        assertThat(MaglevTable.size(1)).isEqualTo(65_537);
        assertThat(MaglevTable.size(655)).isEqualTo(65_537);
        assertThat(MaglevTable.size(656)).isEqualTo(262_147);
        assertThat(MaglevTable.size(2_621)).isEqualTo(262_147);
        assertThat(MaglevTable.size(41_943)).isEqualTo(4_194_319);
        assertThat(MaglevTable.size(Integer.MAX_VALUE)).isEqualTo(4_194_319);
    }

    /** With equal weights nobody is more than one turn ahead. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 100, 655, 1000})
    void fillsEverySlotEvenly(int candidates) {
        double[] weights = new double[candidates];
        Arrays.fill(weights, 3);
        int[] counts = slots(hashes(candidates, 1), weights);
        int each = MaglevTable.size(candidates) / candidates;
        assertThat(Arrays.stream(counts)).allMatch(count -> count == each || count == each + 1);
    }

    @Test
    void givesSlotsInProportionToWeights() {
        Random random = new Random(3);
        double[] weights = random.doubles(200, 0.1, 10).toArray();
        int[] counts = slots(hashes(200, 2), weights);
        double sum = Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            double share = weights[i] / sum;
            // each is up to one turn ahead of its weight, for which all pay; and the last round may stop before it
            assertThat((double) counts[i]).isBetween(65_537 * share - 200 * share - 1, 65_537 * share + 1);
        }
    }

    @Test
    void givesTheLightestOneSlotHoweverHeavyTheOthersAre() {
        int[] counts = slots(hashes(3, 4), new double[] {Double.MIN_VALUE, Double.MAX_VALUE, 1});
        assertThat(counts).containsExactly(1, 65_535, 1);
    }

    /** One very heavy among many: turns that pass cost nothing, or this would take minutes. */
    @Test
    void isBuiltSoonWhateverTheWeights() {
        double[] weights = new double[20_000];
        Arrays.fill(weights, 1e-9);
        weights[7] = 1;
        int[] counts = slots(hashes(20_000, 5), weights);
        assertThat(counts[7]).isGreaterThan(4_000_000);
        assertThat(counts).doesNotContain(0);
    }

    @Test
    void isForTheSameHashesAndWeightsOnly() {
        MaglevTable table = MaglevTable.of(new long[] {1, 2}, new double[] {1, 3});
        assertThat(table.isFor(new long[] {1, 2}, new double[] {1, 3})).isTrue();
        assertThat(table.isFor(new long[] {1, 2}, new double[] {1, 2})).isFalse();
        assertThat(table.isFor(new long[] {2, 1}, new double[] {1, 3})).isFalse();
        assertThat(table.isFor(new long[] {1}, new double[] {1})).isFalse();
    }

    @Test
    void knowsItsCandidatesAmongOthers() {
        MaglevTable table = MaglevTable.of(new long[] {11, 12, 13}, new double[] {1, 1, 1});
        assertThat(table.placesAmong(new long[] {13, 14, 11})).containsExactly(2, -1, 0);
    }

    /** How many slots each has. Hashes that are evenly spaced, from half a step on, belong to one slot each. */
    private static int[] slots(long[] hashes, double[] weights) {
        MaglevTable table = MaglevTable.of(hashes, weights);
        int[] counts = new int[hashes.length];
        int size = MaglevTable.size(hashes.length);
        long halfStep = Long.MAX_VALUE / size;
        for (long slot = 0; slot < size; slot++) {
            counts[table.place((2 * slot + 1) * halfStep)]++;
        }
        return counts;
    }

    private static long[] hashes(int candidates, long seed) {
        return new Random(seed).longs(candidates).toArray();
    }
}
