package dev.evenkeel.lb;

import dev.evenkeel.lb.request.Outcome;

/**
 * The calls of one instance in a sliding window, from readings of what it counts anyway: the end of a call pays nothing for
 * it. Belongs to the control plane.
 */
final class CallWindow {

    /** With how many readings the window has passed. */
    static final int STEPS = 10;

    private static final int ASSUMED_SUCCESSES = 2;

    private final Node node;
    private final long[] calls = new long[STEPS + 1];
    private final long[] failures = new long[STEPS + 1];

    /** How many readings there have been; those that are not needed any more are overwritten. */
    private long readings;

    /** A window that begins now. */
    CallWindow(Node node) {
        this.node = node;
        read();
    }

    void read() {
        long bad = badSoFar();
        int place = (int) (readings % calls.length);
        calls[place] = bad + node.outcomes(Outcome.Kind.SUCCESS);
        failures[place] = bad;
        readings++;
    }

    private long badSoFar() {
        return node.outcomes(Outcome.Kind.FAILED)
                + node.outcomes(Outcome.Kind.NEVER_REACHED)
                + node.outcomes(Outcome.Kind.OVERLOADED);
    }

    /**
     * The share of the calls up to this moment that failed, as if two more had succeeded: one is not all that is known. NaN
     * without calls: that nothing has failed where nothing was asked for says nothing.
     */
    double failureShareNow() {
        long bad = badSoFar();
        long all = bad + node.outcomes(Outcome.Kind.SUCCESS) - calls[oldest()];
        return all > 0 ? (double) (bad - failures[oldest()]) / (all + ASSUMED_SUCCESSES) : Double.NaN;
    }

    boolean hasSuccessNow() {
        return node.outcomes(Outcome.Kind.SUCCESS) + failures[oldest()] > calls[oldest()];
    }

    /** Those that said how the instance is. */
    long calls() {
        return span(calls);
    }

    long failures() {
        return span(failures);
    }

    private long span(long[] counts) {
        int newest = (int) ((readings - 1) % counts.length);
        return counts[newest] - counts[oldest()];
    }

    private int oldest() {
        return readings <= calls.length ? 0 : (int) (readings % calls.length);
    }
}
