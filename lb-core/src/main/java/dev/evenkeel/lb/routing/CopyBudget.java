package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What copies may cost: so many at the same time, and so many in a second. The latter is a bucket that holds as many as a second
 * may have, and fills evenly; written as the time when it is full again (the generic cell rate algorithm of ITU-T I.371).
 *
 * <p>Example with 4 in a second: it begins full, and five that come at once take four; a quarter of a second later there is one
 * more.
 */
final class CopyBudget {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final int maxInFlight;

    /** From one copy to the next, if they come evenly. */
    private final long interval;

    private final Ticker ticker;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong full;

    CopyBudget(int maxInFlight, int maxPerSecond, Ticker ticker) {
        this.maxInFlight = maxInFlight;
        this.interval = SECOND / maxPerSecond;
        this.ticker = ticker;
        this.full = new AtomicLong(ticker.nanos());
    }

    /** Whether a copy may begin now. If so, it is in flight. */
    boolean begin() {
        if (!takePlace()) {
            return false;
        }
        if (!takeOne()) {
            end();
            return false;
        }
        return true;
    }

    void end() {
        inFlight.decrementAndGet();
    }

    int inFlight() {
        return inFlight.get();
    }

    private boolean takePlace() {
        int before = inFlight.get();
        while (before < maxInFlight) {
            int seen = inFlight.compareAndExchange(before, before + 1);
            if (seen == before) {
                return true;
            }
            before = seen;
        }
        return false;
    }

    private boolean takeOne() {
        long now = ticker.nanos();
        long before = full.get();
        while (true) {
            long missing = Math.max(0, before - now);
            if (missing + interval > SECOND) {
                return false;
            }
            long seen = full.compareAndExchange(before, now + missing + interval);
            if (seen == before) {
                return true;
            }
            before = seen;
        }
    }
}
