package dev.evenkeel.lb.admission;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Pays for what is sent beyond the first attempt of a call: retries and hedges cost 1 each. Every call that succeeds brings in
 * 0.2, up to 100, and every second 1, up to 10. So extra calls are at most a fifth of those that succeed, and when nothing
 * succeeds they soon run out, instead of keeping a service down that has too much to do already.
 *
 * <p>A balancer has one, for all clients that it serves; it begins with 10. Safe for concurrent use, without locks; a success
 * that finds it full only reads.
 *
 * <p>After the retry budgets of Finagle and gRPC (A6), which count the successes of late; this one keeps what was not used.
 */
public final class Purse {

    private static final int ONE = 1000;
    private static final int PER_SUCCESS = ONE / 5;
    private static final int FULL = 100 * ONE;

    /** Time alone fills it up to here: 1 each second is one thousandth of that each millisecond. */
    private static final int FILLED_BY_TIME = 10 * ONE;

    private static final int LEVEL_BITS = 17;
    private static final int LEVEL = (1 << LEVEL_BITS) - 1;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Ticker ticker;
    private final long origin;

    /** The level, and when it was that, in milliseconds since the origin. */
    private final AtomicLong word = new AtomicLong(FILLED_BY_TIME);

    public Purse(Ticker ticker) {
        this.ticker = requireNonNull(ticker, "ticker");
        this.origin = ticker.nanos();
    }

    /** A call has succeeded. */
    public void earn() {
        add(PER_SUCCESS);
    }

    /** What was {@linkplain #spend spent} was not needed. */
    public void refund() {
        add(ONE);
    }

    /** Takes out 1 for an extra call. Returns false, and takes nothing, if there is less. */
    public boolean spend() {
        long before = word.get();
        while (true) {
            long now = millis(before);
            int level = level(before, now);
            if (level < ONE) {
                return false;
            }
            long seen = word.compareAndExchange(before, word(now, level - ONE));
            if (seen == before) {
                return true;
            }
            before = seen;
        }
    }

    /** Takes out 1 for what has been sent already, without anybody having asked; or what there is, if that is less. */
    public void debit() {
        long before = word.get();
        while (true) {
            long now = millis(before);
            int level = level(before, now);
            long seen = word.compareAndExchange(before, word(now, Math.max(0, level - ONE)));
            if (seen == before) {
                return;
            }
            before = seen;
        }
    }

    /** What is in it: from 0 to 100. */
    public double level() {
        long current = word.get();
        return level(current, millis(current)) / (double) ONE;
    }

    private void add(int amount) {
        long before = word.get();
        while (level(before) < FULL) {
            long now = millis(before);
            long after = word(now, Math.min(FULL, level(before, now) + amount));
            long seen = word.compareAndExchange(before, after);
            if (seen == before) {
                return;
            }
            before = seen;
        }
    }

    /** Now, but never before the word was written: clocks of different threads may differ. */
    private long millis(long word) {
        return Math.max(word >>> LEVEL_BITS, (ticker.nanos() - origin) / NANOS_PER_MILLI);
    }

    private static int level(long word) {
        return (int) word & LEVEL;
    }

    /** The level at that time, in which time has done its part. */
    private static int level(long word, long now) {
        int level = level(word);
        return level >= FILLED_BY_TIME ? level : (int) Math.min(FILLED_BY_TIME, level + now - (word >>> LEVEL_BITS));
    }

    private static long word(long now, int level) {
        return now << LEVEL_BITS | level;
    }

    @Override
    public String toString() {
        return "purse with " + level();
    }
}
