package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class DivisorProperties {

    private static final long LARGEST = (1L << 61) - 1;

    @Property
    void dividesAsJavaDoes(
            @ForAll @IntRange(min = 1) int divisor, @ForAll @LongRange(min = 0, max = LARGEST) long dividend) {
        assertDivides(dividend, divisor);
    }

    /** Where a reciprocal that is a little off would give the neighbour. */
    @Property
    void dividesMultiplesAndTheirNeighbours(
            @ForAll @IntRange(min = 1) int divisor, @ForAll @LongRange(min = 0, max = LARGEST) long near) {
        long multiple = near / divisor * divisor;
        assertDivides(multiple, divisor);
        assertDivides(Math.max(0, multiple - 1), divisor);
    }

    @Example
    void dividesByEverySmallNumberAndByPowersOfTwo() {
        for (int divisor = 1; divisor <= 20_000; divisor++) {
            assertDivides(LARGEST, divisor);
            assertDivides(LARGEST / divisor * divisor, divisor);
            assertDivides(LARGEST / divisor * divisor - 1, divisor);
        }
        for (int power = 0; power < 31; power++) {
            assertDivides(LARGEST, 1 << power);
            assertDivides((LARGEST >> power) << power, 1 << power);
        }
        assertDivides(LARGEST, Integer.MAX_VALUE);
    }

    @Property
    void takesTheLowestBitsOfOthers(@ForAll @IntRange(min = 1) int divisor, @ForAll long dividend) {
        Divisor tested = new Divisor(divisor);
        assertThat(tested.remainder(dividend)).isEqualTo((int) ((dividend & LARGEST) % divisor));
    }

    private static void assertDivides(long dividend, int divisor) {
        Divisor tested = new Divisor(divisor);
        assertThat(tested.quotient(dividend)).isEqualTo(dividend / divisor);
        assertThat(tested.remainder(dividend)).isEqualTo((int) (dividend % divisor));
    }
}
