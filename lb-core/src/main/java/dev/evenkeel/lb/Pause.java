package dev.evenkeel.lb;

/**
 * A time in which this process did not run, or too slowly to be punctual.
 *
 * @param from when something should have happened, on the clock of the balancer; the pause began at or before this
 * @param until when it happened
 */
record Pause(long from, long until) {

    static final Pause[] NONE = {};

    /** What the peers of a process that stands still for so long may lose patience with, in nanoseconds. */
    private static final long LONG = 1_000_000_000L;

    /** For so many times its length, from its begin on, a pause explains why a call that was under way has failed. */
    private static final int REACH = 4;

    long nanos() {
        return until - from;
    }

    /** Whether it explains that a call has taken longer than it should: the better part of that time was the pause. */
    boolean slowed(long begun, long now) {
        return begun - from < 0 && !isOver(now);
    }

    /**
     * Whether it explains that a call has failed. Time-outs are what follows from not running. Nobody hangs up because of a
     * short pause, though, so that any other failure needs a long one.
     */
    boolean spoiled(long begun, long now, boolean timedOut) {
        return (timedOut || isLong()) && slowed(begun, now);
    }

    boolean isLong() {
        return nanos() >= LONG;
    }

    /** Whether nothing that ends now is explained by it. */
    boolean isOver(long now) {
        return now - from >= REACH * nanos();
    }

    /** A time from which a call has been waiting, moved by as much of the pause as it has waited for. */
    long moved(long since) {
        return since - from < 0 ? since + Math.min(nanos(), until - since) : since;
    }
}
