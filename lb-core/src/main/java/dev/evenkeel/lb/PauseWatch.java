package dev.evenkeel.lb;

import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that this process did not run: garbage was collected, the machine was suspended, the process was stopped, or too
 * many threads want too few processors. A timer of 50 ms runs while there are calls; when it is late by half of that or more,
 * that was a {@link Pause}. Whoever asks before the late timer has come sees that it is overdue, and so does not depend on
 * which thread runs first again.
 *
 * <p>The timer is begun by the first call and ends when there have been no calls in flight for about ten seconds. Balancers
 * that have clock and threads in common have one of these in common.
 *
 * <p>A scheduler that is late for reasons of its own looks the same. What is then overlooked are time-outs, and no more than
 * {@link Pause} says.
 */
final class PauseWatch {

    /** Somebody who has calls. */
    interface Caller {

        boolean hasCallsInFlight();

        /** There was a pause. On the thread of the timer. */
        void paused(Pause pause);
    }

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private static final Duration BEAT = Duration.ofMillis(50);

    /** A timer that is less late than this is as timers are, so no pause is shorter; in nanoseconds. */
    static final long SHORTEST = BEAT.toNanos() / 2;

    /** How often it is looked whether there are calls, and how often in a row there must be none. */
    private static final int BEATS_PER_LOOK = 20;

    private static final int QUIET_LOOKS = 10;

    /** More at once than can matter; then the oldest are forgotten. */
    static final int MAX_KNOWN = 16;

    private final Ticker ticker;
    private final Scheduler scheduler;
    private final List<Caller> callers = new CopyOnWriteArrayList<>();

    /** The timer that is running; null for none. */
    private final AtomicReference<@Nullable Beat> current = new AtomicReference<>();

    /** Those that may still explain something. Written by the timer. */
    private volatile Pause[] known = Pause.NONE;

    PauseWatch(Ticker ticker, Scheduler scheduler) {
        this.ticker = ticker;
        this.scheduler = scheduler;
    }

    void add(Caller caller) {
        callers.add(caller);
    }

    void remove(Caller caller) {
        callers.remove(caller);
        if (callers.isEmpty()) {
            end();
        }
    }

    /** A call has begun. Does nothing but look, nearly always. */
    void needed() {
        if (current.get() == null) {
            begin();
        }
    }

    /** Whether a pause explains that a call that began then has taken until now. */
    boolean slowed(long begun, long now) {
        Pause latest = overdue(now);
        if (latest != null && latest.slowed(begun, now)) {
            return true;
        }
        for (Pause pause : known) {
            if (pause.slowed(begun, now)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a pause explains that a call that began then has failed now. */
    boolean spoiled(long begun, long now, boolean timedOut) {
        Pause latest = overdue(now);
        if (latest != null && latest.spoiled(begun, now, timedOut)) {
            return true;
        }
        for (Pause pause : known) {
            if (pause.spoiled(begun, now, timedOut)) {
                return true;
            }
        }
        return false;
    }

    /** The longest of the pauses that may explain something of a call that began then; 0 for none. */
    long longestNanos(long begun, long now) {
        Pause latest = overdue(now);
        long longest = latest != null && latest.slowed(begun, now) ? latest.nanos() : 0;
        for (Pause pause : known) {
            if (pause.slowed(begun, now)) {
                longest = Math.max(longest, pause.nanos());
            }
        }
        return longest;
    }

    /** The pause that is just over, or not even that, before the timer has said so. */
    private @Nullable Pause overdue(long now) {
        Beat beat = current.get();
        return beat == null ? null : beat.overdue(now);
    }

    /** The call goes on without it if it has to: memory or threads may be short. */
    private void begin() {
        try {
            Beat first = new Beat(ticker.nanos() + BEAT.toNanos());
            if (current.compareAndSet(null, first)) {
                first.schedule();
                if (callers.isEmpty()) { // the last one is gone meanwhile
                    end();
                }
            }
        } catch (Throwable thrown) {
            log.debug("pauses of this process are not noticed for now", thrown);
        }
    }

    private void end() {
        Beat last = current.getAndSet(null);
        if (last != null) {
            last.cancel();
        }
    }

    private boolean hasCallsInFlight() {
        for (Caller caller : callers) {
            if (caller.hasCallsInFlight()) {
                return true;
            }
        }
        return false;
    }

    private void remember(Pause pause) {
        List<Pause> remembered = new ArrayList<>();
        for (Pause before : known) {
            if (!before.isOver(pause.until())) {
                remembered.add(before);
            }
        }
        if (remembered.size() == MAX_KNOWN) {
            remembered.remove(0);
        }
        remembered.add(pause);
        known = remembered.toArray(Pause.NONE);
    }

    /** One run of the timer, from the first to the last time that it is due. */
    private final class Beat implements Runnable {

        /** Read anywhere. */
        private volatile long due;

        private volatile @Nullable Cancellable timer;

        // belong to the timer
        private int beats;
        private int quietLooks;

        Beat(long due) {
            this.due = due;
        }

        @Nullable Pause overdue(long now) {
            long expected = due;
            return now - expected >= SHORTEST ? new Pause(expected, now) : null;
        }

        @Override
        public void run() {
            if (current.get() != this) {
                return;
            }
            long now = ticker.nanos();
            Pause pause = overdue(now);
            if (pause != null) {
                remember(pause); // before the timer is not overdue any more
            }
            due = now + BEAT.toNanos();
            if (pause != null) {
                tell(pause);
            }
            if (!isOver()) {
                schedule();
            }
        }

        private void tell(Pause pause) {
            if (pause.isLong()) {
                log.info("this process did not run for {}", Duration.ofNanos(pause.nanos()));
            }
            callers.forEach(caller -> caller.paused(pause));
        }

        /** A call that begins meanwhile sees the end, or is seen. */
        private boolean isOver() {
            if (++beats % BEATS_PER_LOOK != 0) {
                return false;
            }
            quietLooks = hasCallsInFlight() ? 0 : quietLooks + 1;
            if (quietLooks < QUIET_LOOKS || !current.compareAndSet(this, null)) {
                return false;
            }
            return !hasCallsInFlight() || !current.compareAndSet(null, this);
        }

        private void schedule() {
            boolean scheduled = false;
            try {
                timer = scheduler.schedule(this, BEAT);
                scheduled = true;
            } finally {
                if (!scheduled) { // the next call tries again
                    current.compareAndSet(this, null);
                }
            }
            if (current.get() != this) {
                cancel();
            }
        }

        private void cancel() {
            Cancellable running = timer;
            if (running != null) {
                running.cancel();
            }
        }
    }
}
