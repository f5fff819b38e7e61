package dev.evenkeel.lb;

import dev.evenkeel.lb.time.Ticker;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds leases that were leaked: dropped without being ended, so that nobody can end them any more. It asks the garbage
 * collector and not the clock, as a call may rightly take for days. One lease in 128 is watched; after the first leak each
 * of them is. A leaked call is ended as unreported, counted, and told to the log, for each instance once.
 *
 * <p>No thread: whoever begins to watch a lease, is refused one or takes a snapshot looks for those that were leaked.
 */
final class LeaseWatch {

    /** The top bits of a product with it are as good as random: 2^64 over the golden ratio. */
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    /** So many top bits make one in 128. */
    private static final int DRAWN_BITS = 7;

    /** Any one of the 128, but for that of zero: there the clocks of tests stand still. */
    private static final long DRAWN = 64;

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final Ticker ticker;
    private final ReferenceQueue<WatchedLease> dropped = new ReferenceQueue<>();

    /** Also keeps the references reachable, without which nothing is enqueued. */
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

    private volatile boolean leaking;

    LeaseWatch(String serviceName, Ticker ticker) {
        this.serviceName = serviceName;
        this.ticker = ticker;
    }

    /** The lease to hand out for this one, which began at this time. */
    Lease over(TrackedLease lease, long now) {
        return leaking || isDrawn(now) ? watched(lease) : lease;
    }

    /** By the time of the pick: drawing costs a multiplication, and nothing that threads share. */
    static boolean isDrawn(long now) {
        return (now * SPREAD) >>> (Long.SIZE - DRAWN_BITS) == DRAWN;
    }

    private Lease watched(TrackedLease lease) {
        try {
            endLeaked();
            WatchedLease watched = new WatchedLease(lease, this);
            watches.add(watched.watch);
            return watched;
        } catch (OutOfMemoryError unwatched) { // the call has begun, and must not be lost
            return lease;
        }
    }

    /** Whether it found any. */
    boolean endLeaked() {
        boolean found = false;
        for (Reference<?> next = dropped.poll(); next != null; next = dropped.poll()) {
            Watch watch = (Watch) next;
            watches.remove(watch);
            if (watch.lease.endLeaked()) {
                found = true;
                leaking = true;
                tell(watch.lease);
            }
        }
        return found;
    }

    private void tell(TrackedLease lease) {
        Node node = lease.node();
        long leaks = node.leaked();
        Duration age = Duration.ofNanos(Math.max(0, ticker.nanos() - lease.begun()));
        if (leaks == 1) {
            log.warn(
                    "{}: a lease of {} was leaked: dropped without being ended, picked about {} ago. One in 128 was watched,"
                            + " from now on each of them is, and the snapshot counts them",
                    serviceName,
                    node,
                    age);
        } else {
            log.debug(
                    "{}: {} leases of {} were leaked, the last one picked about {} ago", serviceName, leaks, node, age);
        }
    }

    void forget(Watch watch) {
        watch.clear();
        watches.remove(watch);
    }

    /** Enqueued when nobody can reach the lease that was handed out any more. */
    static final class Watch extends PhantomReference<WatchedLease> {

        private final TrackedLease lease;

        Watch(WatchedLease handedOut, TrackedLease lease, LeaseWatch owner) {
            super(handedOut, owner.dropped);
            this.lease = lease;
        }
    }
}
