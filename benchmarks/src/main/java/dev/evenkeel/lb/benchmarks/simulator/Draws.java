package dev.evenkeel.lb.benchmarks.simulator;

import java.util.random.RandomGenerator;

/**
 * A stream of random numbers, SplitMix64. All that is drawn is worked out here, and logarithms by {@link StrictMath}, so
 * that a seed gives the same on every JDK and processor. For one thread.
 *
 * <p>Seeds are hashed first: seeds that are small multiples of the increment would give the same stream, only shifted.
 */
final class Draws implements RandomGenerator {

    private static final long INCREMENT = 0x9E37_79B9_7F4A_7C15L;

    private long state;

    private Draws(long state) {
        this.state = state;
    }

    /** The stream of this number among those of a seed. */
    static Draws of(long seed, long stream) {
        return new Draws(hashed(hashed(seed) ^ (stream + 1) * 0xD1B5_4A32_D192_ED03L));
    }

    @Override
    public long nextLong() {
        state += INCREMENT;
        return hashed(state);
    }

    @Override
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    /** Off from even by less than a billionth, for bounds of less than some thousands of millions. */
    @Override
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound: " + bound + " (expected: > 0)");
        }
        return (int) Math.multiplyHigh(nextLong() >>> 1, 2L * bound);
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /** With mean 1. */
    @Override
    public double nextExponential() {
        return -StrictMath.log(1 - nextDouble());
    }

    /** With mean 0 and deviation 1 (Box and Muller). */
    @Override
    public double nextGaussian() {
        return StrictMath.sqrt(2 * nextExponential()) * StrictMath.cos(2 * StrictMath.PI * nextDouble());
    }

    private static long hashed(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ (mixed >>> 31);
    }
}
