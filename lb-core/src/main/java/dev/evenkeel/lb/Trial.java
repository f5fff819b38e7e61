package dev.evenkeel.lb;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The calls that show whether an instance that was ejected is well again. As long as others can take the rest, it gets one at
 * a time. A call that has been answered makes way for the next, so that a stream does not hold up the trial; so does one that
 * hangs, after a time that doubles with each, so that a call that never ends does not keep its instance out for ever.
 */
final class Trial {

    private static final long PATIENCE = Duration.ofSeconds(10).toNanos();
    private static final long MOST_PATIENCE = Duration.ofMinutes(5).toNanos();

    private final long since;
    private final AtomicReference<@Nullable TrackedLease> call = new AtomicReference<>();

    /** Written by whoever has taken the place of a call that hangs. */
    private volatile long patience = PATIENCE;

    /** Written by the control plane. */
    private volatile boolean oneAtATime;

    Trial(long since, boolean oneAtATime) {
        this.since = since;
        this.oneAtATime = oneAtATime;
    }

    void oneAtATime(boolean limited) {
        oneAtATime = limited;
    }

    boolean isFree(long now) {
        TrackedLease current = call.get();
        return !oneAtATime || current == null || isOverdue(current, now);
    }

    /** Lets a call in, or does not. */
    boolean enter(TrackedLease lease) {
        TrackedLease current = call.get();
        boolean overdue = current != null && isOverdue(current, lease.begun());
        boolean entered = (current == null || overdue) && call.compareAndSet(current, lease);
        if (entered && overdue) {
            patience = Math.min(2 * patience, MOST_PATIENCE);
        }
        return entered || !oneAtATime;
    }

    /** Makes way for the next call, if this is the one. Returns whether it was. */
    boolean leave(TrackedLease lease) {
        return call.compareAndSet(lease, null);
    }

    /** Whether a call has a say: those that began before the trial tell of older times. */
    boolean counts(TrackedLease lease) {
        return lease.begun() - since >= 0 || (oneAtATime && call.get() == lease);
    }

    private boolean isOverdue(TrackedLease lease, long now) {
        return now - lease.begun() > patience;
    }
}
