package dev.evenkeel.lb;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The calls that show whether an instance that was ejected is well again. As long as others can take the rest, it gets one at
 * a time; a call that has been answered makes way for the next, so that a stream does not hold up the trial.
 */
final class Trial {

    private final long since;
    private final AtomicReference<@Nullable TrackedLease> call = new AtomicReference<>();

    /** Written by the control plane. */
    private volatile boolean oneAtATime;

    Trial(long since, boolean oneAtATime) {
        this.since = since;
        this.oneAtATime = oneAtATime;
    }

    void oneAtATime(boolean limited) {
        oneAtATime = limited;
    }

    boolean isFree() {
        return !oneAtATime || call.get() == null;
    }

    /** Lets a call in, or does not. */
    boolean enter(TrackedLease lease) {
        return call.compareAndSet(null, lease) || !oneAtATime;
    }

    /** Makes way for the next call, if this is the one. Returns whether it was. */
    boolean leave(TrackedLease lease) {
        return call.compareAndSet(lease, null);
    }

    /** Whether a call has a say: those that began before the trial tell of older times. */
    boolean counts(TrackedLease lease) {
        return lease.begun() - since >= 0 || call.get() == lease;
    }
}
