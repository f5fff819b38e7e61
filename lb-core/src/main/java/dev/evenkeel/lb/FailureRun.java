package dev.evenkeel.lb;

import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.request.Outcome;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many calls in a row one instance has failed. Exact as long as calls end one after the other; of a failure and a success
 * at the same moment, either may have been the last.
 *
 * <p>An instance that turns calls away is not broken, but has not proved that it works either: that neither lengthens the run
 * nor ends it.
 */
final class FailureRun {

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger neverReached = new AtomicInteger();

    /** Whether the last call failed, so that a success would end the run. */
    boolean isOpen() {
        return failures.get() != 0;
    }

    void failed(Outcome.Kind kind) {
        if (kind == Outcome.Kind.NEVER_REACHED) {
            neverReached.incrementAndGet();
        } else {
            neverReached.set(0);
        }
        if (kind != Outcome.Kind.OVERLOADED) {
            failures.incrementAndGet();
        }
    }

    void end() {
        neverReached.set(0);
        failures.set(0);
    }

    boolean isTooLong(OutlierConfig config) {
        return isNeverReached(config) || failures.get() >= config.failuresInARow();
    }

    int length() {
        return failures.get();
    }

    /** Whether it is too long as so many did not even reach the instance. */
    boolean isNeverReached(OutlierConfig config) {
        return neverReached.get() >= config.neverReachedInARow();
    }

    /** The run in words. */
    @Override
    public String toString() {
        int unreached = neverReached.get();
        int failed = failures.get();
        return unreached == failed && failed > 0
                ? unreached + " calls in a row did not reach it"
                : failed + " calls in a row failed";
    }
}
