package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls that wait for a place at an instance, first come, first served; only a call that may not use the place that is free
 * lets others pass. Their number is bounded, and so is the time.
 *
 * <p>Who cannot be served in time does not wait in vain: a call is turned away at once if, at the pace at which places have
 * become free of late, those before it need longer than it may wait. The first in the queue always waits, so that there is
 * a pace to be seen.
 *
 * <p>All state belongs to a serial executor of its own, on which the ends of calls wake it up. A place that becomes free is
 * not missed: a call is in the queue before it tries for the last time, and the end of a call gives back its place before
 * it looks into the queue.
 */
final class SlotQueue {

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    /** Of the pace, of the newest wait for a place. */
    private static final double SHARE = 0.1;

    private final Picks picks;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final int maxWaiting;
    private final Duration maxWait;
    private final SerialExecutor serial;

    /** By call, when its time is up. */
    private final Map<PendingLease, Long> waiting = new LinkedHashMap<>();

    /** Read anywhere, to see that there is nothing to do. */
    private volatile int size;

    private final AtomicBoolean woken = new AtomicBoolean();

    /** The time between two places given to calls that waited, in nanoseconds; negative before it is known. */
    private double pace = -1;

    /** When the last one was given, but not before the queue began. */
    private long lastGrant;

    /** What the queue needs of the balancer. */
    interface Picks {

        /** A lease, or null if there is none now. */
        @Nullable Lease tryAcquire(PickRequest request);

        /** Whether there is an instance that the request may use, however busy. */
        boolean isServable(PickRequest request);

        /** What to tell a call that gets none; null where no more than the state of the pool is to be said. */
        RuntimeException refusal(PickRequest request, @Nullable String why);
    }

    SlotQueue(String serviceName, Picks picks, Ticker ticker, Scheduler scheduler, int maxWaiting, Duration maxWait) {
        this.picks = picks;
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.maxWaiting = maxWaiting;
        this.maxWait = maxWait;
        this.serial = new SerialExecutor(thrown -> log.error("{}: the queue failed", serviceName, thrown));
    }

    /** How many calls wait. */
    int size() {
        return size;
    }

    /** Serves the call now, or in its turn, or refuses it. */
    void enter(PendingLease call) {
        serial.execute(() -> begin(call));
        call.onOver(() -> serial.execute(() -> remove(call)));
    }

    /** A place may have become free, or the pool is another one. */
    void wake() {
        if (size > 0 && woken.compareAndSet(false, true)) {
            serial.execute(() -> {
                woken.set(false);
                serve(null);
            });
        }
    }

    private void begin(PendingLease call) {
        if (call.isOver()) {
            return; // given up before it began
        }
        long now = ticker.nanos();
        if (waiting.isEmpty()) {
            lastGrant = now;
        }
        Duration patience = patience(call.request());
        waiting.put(call, now + patience.toNanos());
        size = waiting.size();
        serve(call);
        if (waiting.containsKey(call)) {
            letWait(call, patience);
        }
    }

    private void letWait(PendingLease call, Duration patience) {
        double expected = (waiting.size() - 1) * Math.max(0, pace);
        if (waiting.size() > maxWaiting) {
            refuse(call, maxWaiting + " calls wait already");
        } else if (expected > patience.toNanos()) {
            refuse(call, "it would have to wait for about " + Duration.ofMillis((long) (expected / 1e6)));
        } else {
            startTimer(call, patience);
        }
    }

    private Duration patience(PickRequest request) {
        Duration own = request.maxWait().orElse(maxWait);
        return own.compareTo(maxWait) < 0 ? own : maxWait;
    }

    private void startTimer(PendingLease call, Duration patience) {
        try {
            call.timer(scheduler.schedule(() -> serial.execute(() -> timeUp(call)), patience));
        } catch (RuntimeException rejected) { // without a time-out it must not wait
            timeUp(call);
        }
    }

    private void timeUp(PendingLease call) {
        if (waiting.containsKey(call)) {
            refuse(call, waited(call));
        }
    }

    private String waited(PendingLease call) {
        return "it has waited for " + patience(call.request());
    }

    private void refuse(PendingLease call, String why) {
        remove(call);
        call.refuse(picks.refusal(call.request(), why));
    }

    private void remove(PendingLease call) {
        waiting.remove(call);
        removed(call);
    }

    private void removed(PendingLease call) {
        size = waiting.size();
        call.cancelTimer();
    }

    /**
     * Serves who can be served. The one that has just come, if there is one, did not wait and says nothing of the pace. What
     * users do on hearing of it comes in turn, after this, so that nothing else changes who waits meanwhile.
     */
    private void serve(@Nullable PendingLease newcomer) {
        long now = ticker.nanos();
        Iterator<Map.Entry<PendingLease, Long>> calls = waiting.entrySet().iterator();
        while (calls.hasNext()) {
            Map.Entry<PendingLease, Long> entry = calls.next();
            PendingLease call = entry.getKey();
            Lease lease;
            try {
                lease = lease(call, now - entry.getValue() > 0);
            } catch (Throwable refused) {
                calls.remove();
                removed(call);
                call.refuse(refused);
                continue;
            }
            if (lease != null) {
                calls.remove();
                removed(call);
                if (call != newcomer) {
                    granted(now);
                }
                call.grant(lease);
            } else if (!isDemanding(call.request())) {
                return; // there is nothing for the others, either
            }
        }
    }

    /** A lease, or null if there is none now. Throws what the call is refused with. */
    private @Nullable Lease lease(PendingLease call, boolean late) {
        if (late) { // whatever has become of its timer
            throw picks.refusal(call.request(), waited(call));
        }
        Lease lease = picks.tryAcquire(call.request());
        if (lease == null && !picks.isServable(call.request())) {
            throw picks.refusal(call.request(), null);
        }
        return lease;
    }

    /** Whether it may not use every instance, so that others may find a place where it does not. */
    private static boolean isDemanding(PickRequest request) {
        return !request.anotherWillDo() || !request.requiredMetadata().isEmpty();
    }

    private void granted(long now) {
        double waited = Math.max(0, now - lastGrant);
        pace = pace < 0 ? waited : pace + SHARE * (waited - pace);
        lastGrant = now;
    }
}
