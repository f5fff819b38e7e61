package dev.evenkeel.lb;

import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;

/**
 * Bounds what a source that fails in ever new ways writes into the log: ten lines at once, and one more an hour. Not safe for
 * concurrent use.
 */
final class LogBudget {

    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final long MOST = 10 * HOUR;

    private final Ticker ticker;
    private long credit = MOST;
    private long last;

    LogBudget(Ticker ticker) {
        this.ticker = ticker;
        this.last = ticker.nanos();
    }

    /** Whether there may be one more line. */
    boolean take() {
        long now = ticker.nanos();
        credit += Math.min(Math.max(0, now - last), MOST - credit);
        last = now;
        if (credit < HOUR) {
            return false;
        }
        credit -= HOUR;
        return true;
    }
}
