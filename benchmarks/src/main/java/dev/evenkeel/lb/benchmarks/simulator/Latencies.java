package dev.evenkeel.lb.benchmarks.simulator;

/** Latencies counted in classes: an octave has 128 of them, so that a quantile is right to less than 1 %. */
final class Latencies {

    private static final int PER_OCTAVE_BITS = 7;

    /** The class is the exponent of a double and the first bits of its fraction. */
    private static final int SHIFT = 52 - PER_OCTAVE_BITS;

    private static final int FIRST = classOf(1);

    private final int[] counts = new int[64 << PER_OCTAVE_BITS];
    private long size;
    private double sum;

    void add(long nanos) {
        counts[classOf(Math.max(1, nanos)) - FIRST]++;
        size++;
        sum += nanos;
    }

    long size() {
        return size;
    }

    /** In nanoseconds; 0 if there are none. */
    double mean() {
        return size == 0 ? 0 : sum / size;
    }

    /** In nanoseconds, the middle of the class; 0 if there are none. */
    double quantile(double share) {
        if (size == 0) {
            return 0;
        }
        long rank = (long) StrictMath.ceil(share * size);
        int place = -1;
        for (long seen = 0; seen < Math.max(1, rank); seen += counts[place]) {
            place++;
        }
        return (lowerBound(place) + lowerBound(place + 1)) / 2;
    }

    private static int classOf(long nanos) {
        return (int) (Double.doubleToRawLongBits((double) nanos) >>> SHIFT);
    }

    private static double lowerBound(int place) {
        return Double.longBitsToDouble((long) (FIRST + place) << SHIFT);
    }
}
