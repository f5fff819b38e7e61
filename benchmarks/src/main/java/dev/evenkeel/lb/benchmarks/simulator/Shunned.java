package dev.evenkeel.lb.benchmarks.simulator;

/**
 * From when on callers keep away from a server: it gets less than a fiftieth of its fair share until the end. That some try it
 * now and then is how they learn that it is well again.
 */
public final class Shunned {

    private static final double FEW = 0.02;

    private Shunned() {}

    /**
     * How long after the begin.
     *
     * @param picked when it was picked, in order, each after the begin and before the end
     * @param fairPerSecond how many picks are fair
     */
    public static long nanos(long[] picked, long begin, long end, double fairPerSecond) {
        for (int first = 0; first <= picked.length; first++) {
            long from = first == 0 ? begin : picked[first - 1];
            if (picked.length - first <= FEW * fairPerSecond * (end - from) / 1e9) {
                return from - begin;
            }
        }
        throw new AssertionError("after the last pick there is none");
    }
}
