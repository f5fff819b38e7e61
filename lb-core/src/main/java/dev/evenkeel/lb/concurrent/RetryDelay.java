package dev.evenkeel.lb.concurrent;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait between attempts that fail: the limit doubles with each up to the longest one, and the wait is a random
 * time between half of it and all of it, so that those who failed together do not come back together. Not safe for
 * concurrent use.
 */
public final class RetryDelay {

    private final long firstNanos;
    private final long longestNanos;
    private final RandomGenerator random;
    private long limitNanos;

    public RetryDelay(Duration first, Duration longest, RandomGenerator random) {
        this.firstNanos = first.toNanos();
        this.longestNanos = longest.toNanos();
        this.random = requireNonNull(random, "random");
        reset();
    }

    /** How long to wait after one more failure. */
    public Duration next() {
        long wait = limitNanos / 2 + (long) (random.nextDouble() * limitNanos / 2);
        limitNanos = limitNanos > longestNanos / 2 ? longestNanos : 2 * limitNanos;
        return Duration.ofNanos(wait);
    }

    /** Says that an attempt has succeeded: the next failure is a first one. */
    public void reset() {
        limitNanos = Math.min(firstNanos, longestNanos);
    }
}
