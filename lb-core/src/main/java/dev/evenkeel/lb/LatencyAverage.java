package dev.evenkeel.lb;

/**
 * An average of times to answer in which older samples count less: the weight of what is known falls to one half when as
 * much time passes as the time constant.
 *
 * <pre>
 * average = average + a * (sample - average)    a = max(dt / (dt + TAU), 0.05), dt = time since the last sample
 * </pre>
 *
 * <p>Example with TAU = 10 s: the average is 100 ms; a sample of 300 ms arrives 10 s after the last one: a = 1/2, the
 * average becomes 200 ms. One of 300 ms arrives right after it: a = 0.05, and it becomes 205 ms.
 *
 * <p>Two threads that record at once may lose one of the two samples, and a reader may see an average whose time stamp is
 * not yet there. Both are harmless: the next sample is as good as the lost one.
 */
final class LatencyAverage {

    private static final double TAU_NANOS = 10e9;
    private static final double MIN_SHARE = 0.05;

    private volatile double average;
    private volatile long lastSample;

    void record(long latencyNanos, long now) {
        double known = average;
        long sinceLast = Math.max(0, now - lastSample);
        double share = known == 0 ? 1 : Math.max(sinceLast / (sinceLast + TAU_NANOS), MIN_SHARE);
        lastSample = now;
        average = Math.max(1, known + share * (Math.max(0, latencyNanos) - known));
    }

    /** In nanoseconds; 0 before the first sample, else at least 1. */
    long nanos() {
        return (long) average;
    }
}
