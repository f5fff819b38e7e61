package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Moves the limit of one instance, see {@link AdaptiveLimit}. Of threads that succeed at the same moment one step up may be
 * lost; of those that fail, one takes the step down.
 */
final class AdaptingLimit {

    private static final double FALL = 0.9;

    /** The limit is in use when so much of it is. */
    private static final double IN_USE = 0.9;

    private static final VarHandle LAST_FALL = Fields.of(MethodHandles.lookup(), "lastFall", long.class);

    private final AdaptiveLimit config;
    private volatile double limit;

    /** What was sent before says nothing of the limit that there is now. */
    private volatile long lastFall;

    AdaptingLimit(AdaptiveLimit config, long now) {
        this.config = config;
        this.limit = config.initial();
        this.lastFall = now - 1;
    }

    /** A call has succeeded, one of so many in flight. Returns the limit. */
    int succeeded(int inFlight) {
        double current = limit;
        if (inFlight >= IN_USE * (int) current) {
            current = Math.min(config.max(), current + 1 / current);
            limit = current;
        }
        return (int) current;
    }

    /** A call that began at that time has found the instance overloaded. Returns the limit. */
    int overloaded(long begun, long now) {
        long seen = lastFall;
        if (begun - seen > 0 && LAST_FALL.compareAndSet(this, seen, now)) {
            limit = Math.max(config.min(), limit * FALL);
        }
        return (int) limit;
    }
}
