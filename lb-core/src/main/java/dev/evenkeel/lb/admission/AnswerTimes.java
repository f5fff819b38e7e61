package dev.evenkeel.lb.admission;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long answers of a service have taken of late: a histogram from one microsecond to two minutes, eight buckets for each
 * doubling, so that a percentile is at most an eighth too high. Every 10 s all counts are halved.
 *
 * <p>A balancer has one, which is empty unless hedging goes by it. Safe for concurrent use, without locks: of what is recorded
 * while the counts are halved, nothing is lost. Recording is one addition; a percentile reads 200 counts.
 */
public final class AnswerTimes {

    /** Fewer say nothing of a percentile. */
    private static final int MIN_ANSWERS = 50;

    private static final long HALVING_NANOS = 10_000_000_000L;
    private static final int MAX_HALVINGS = 31;

    private static final int UNIT_BITS = 10; // a microsecond has about 1024 ns
    private static final int STEP_BITS = 3;
    private static final int STEPS = 1 << STEP_BITS;
    private static final long MAX_VALUE = (1L << 27) - 1;

    private final AtomicIntegerArray counts = new AtomicIntegerArray(bucket(MAX_VALUE) + 1);
    private final AtomicLong lastHalving;

    /** No answers yet. */
    public AnswerTimes(long nowNanos) {
        this.lastHalving = new AtomicLong(nowNanos);
    }

    /** An answer has come, after this time; or has not come until then, and nobody waits for it any more. */
    public void record(long nanos, long nowNanos) {
        halve(nowNanos);
        counts.incrementAndGet(bucket(Math.min(Math.max(0, nanos) >>> UNIT_BITS, MAX_VALUE)));
    }

    /**
     * What this share of the answers did not exceed; empty while there were too few answers to tell.
     *
     * @param share above 0 and below 1, such as 0.95
     */
    public Optional<Duration> percentile(double share) {
        long total = 0;
        for (int bucket = 0; bucket < counts.length(); bucket++) {
            total += counts.get(bucket);
        }
        if (total < MIN_ANSWERS) {
            return Optional.empty();
        }
        long wanted = (long) Math.ceil(share * total);
        int bucket = 0;
        for (long seen = counts.get(0); seen < wanted && bucket < counts.length() - 1; ) {
            bucket++;
            seen += counts.get(bucket);
        }
        return Optional.of(Duration.ofNanos(end(bucket)));
    }

    private void halve(long now) {
        long last = lastHalving.get();
        long halvings = (now - last) / HALVING_NANOS;
        if (halvings > 0 && lastHalving.compareAndSet(last, last + halvings * HALVING_NANOS)) {
            int bits = (int) Math.min(halvings, MAX_HALVINGS);
            for (int bucket = 0; bucket < counts.length(); bucket++) {
                if (counts.get(bucket) != 0) {
                    counts.updateAndGet(bucket, count -> count >>> bits);
                }
            }
        }
    }

    /** Values below 16 have a bucket each; those with 5 bits share 8, those with 6 bits as well, and so on. */
    private static int bucket(long value) {
        int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - STEP_BITS - 1);
        return shift * STEPS + (int) (value >>> shift);
    }

    /** The longest time of a bucket, in nanoseconds. */
    private static long end(int bucket) {
        int shift = Math.max(0, bucket / STEPS - 1);
        long value = bucket - (long) shift * STEPS;
        return (value + 1) << (shift + UNIT_BITS);
    }
}
