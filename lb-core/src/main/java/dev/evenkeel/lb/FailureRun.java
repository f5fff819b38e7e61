package dev.evenkeel.lb;

import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.request.Outcome;

/**
 * How many calls in a row one instance has failed, in one word, so that the three counts cannot disagree. Exact as long as
 * calls end one after the other; of a failure and a success at the same moment, either may have been the last.
 *
 * <pre>
 *  bits   0-20  calls that failed, were turned away or did not reach the instance
 *        21-41  those of them that were not turned away
 *        42-62  those at the end of the row that did not reach it
 * </pre>
 *
 * <p>An instance that turns calls away is not broken, but has not proved that it works either: that neither lengthens the
 * second count nor ends it.
 */
final class FailureRun {

    static final long NONE = 0;

    /** No row is longer. */
    static final int MAX = (1 << 21) - 1;

    private static final int BITS = 21;

    private FailureRun() {}

    /** The row when one call more has failed. */
    static long longer(long run, Outcome.Kind kind) {
        int failed = kind == Outcome.Kind.OVERLOADED ? failed(run) : more(failed(run));
        int neverReached = kind == Outcome.Kind.NEVER_REACHED ? more(neverReached(run)) : 0;
        return (long) neverReached << (2 * BITS) | (long) failed << BITS | more(length(run));
    }

    /** The row without the end of it that did not reach the instance: it has been reached now. */
    static long reached(long run) {
        int unreached = neverReached(run);
        return (long) (failed(run) - unreached) << BITS | (length(run) - unreached);
    }

    /** All calls of the row. */
    static int length(long run) {
        return (int) run & MAX;
    }

    static boolean isTooLong(long run, OutlierConfig config) {
        return isNeverReached(run, config) || failed(run) >= config.failuresInARow();
    }

    /** Whether it is too long as so many did not even reach the instance. */
    static boolean isNeverReached(long run, OutlierConfig config) {
        return neverReached(run) >= config.neverReachedInARow();
    }

    /** The row in words. */
    static String toString(long run) {
        int unreached = neverReached(run);
        int failed = failed(run);
        return unreached == failed && failed > 0
                ? unreached + " calls in a row did not reach it"
                : failed + " calls in a row failed";
    }

    /** Those that were not turned away. */
    static int failed(long run) {
        return (int) (run >>> BITS) & MAX;
    }

    private static int neverReached(long run) {
        return (int) (run >>> (2 * BITS)) & MAX;
    }

    private static int more(int count) {
        return Math.min(count + 1, MAX);
    }
}
