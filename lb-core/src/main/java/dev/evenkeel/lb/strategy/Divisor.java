package dev.evenkeel.lb.strategy;

import java.math.BigInteger;

/**
 * Divides by the same number again and again: a multiplication and a shift (Granlund and Montgomery, Division by Invariant
 * Integers using Multiplication, 1994) instead of a division, which takes a processor several times as long.
 *
 * <p>Exact for dividends below 2<sup>61</sup>; of larger and of negative ones the lowest 61 bits count.
 */
final class Divisor {

    private static final int BITS = 61;
    private static final long DIVIDEND = (1L << BITS) - 1;

    private final int divisor;

    /** 2<sup>BITS + 1 + shift</sup> / divisor, rounded up; below 2<sup>63</sup>. */
    private final long reciprocal;

    /** 2 to the power of this is the divisor or, if that is no power of 2, the next one above it. */
    private final int shift;

    Divisor(int divisor) {
        this.divisor = divisor;
        this.shift = Integer.SIZE - Integer.numberOfLeadingZeros(divisor - 1);
        BigInteger exact = BigInteger.valueOf(divisor);
        this.reciprocal = BigInteger.ONE
                .shiftLeft(BITS + 1 + shift)
                .add(exact)
                .subtract(BigInteger.ONE)
                .divide(exact)
                .longValueExact();
    }

    long quotient(long dividend) {
        return Math.multiplyHigh((dividend & DIVIDEND) << (Long.SIZE - 1 - BITS), reciprocal) >> shift;
    }

    int remainder(long dividend) {
        return (int) ((dividend & DIVIDEND) - quotient(dividend) * divisor);
    }
}
