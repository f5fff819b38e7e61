package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.text.DurationRange;
import java.time.Duration;

/**
 * How {@link Strategies#adaptive(AdaptiveConfig)} judges. An immutable value; each method returns a changed copy. The
 * defaults suit calls that take from a fraction of a millisecond to some seconds.
 */
public final class AdaptiveConfig {

    private static final AdaptiveConfig DEFAULTS =
            new AdaptiveConfig(Duration.ofSeconds(2), Duration.ofMillis(2_500), 0.01, 16, 0.1);

    private static final DurationRange TIMES = new DurationRange(Duration.ofMillis(1), Duration.ofHours(1));

    private final Duration memory;
    private final Duration failureHalfTime;
    private final double exploration;
    private final int samples;
    private final double jitter;

    private AdaptiveConfig(Duration memory, Duration failureHalfTime, double exploration, int samples, double jitter) {
        this.memory = memory;
        this.failureHalfTime = failureHalfTime;
        this.exploration = exploration;
        this.samples = samples;
        this.jitter = jitter;
    }

    /** What {@link Strategies#adaptive()} uses. */
    public static AdaptiveConfig defaults() {
        return DEFAULTS;
    }

    /**
     * After what time an instance that has not answered since is thought to be more like the others than like itself.
     * Default 2 s.
     *
     * @throws IllegalArgumentException if it is not between 1 ms and 1 h
     */
    public AdaptiveConfig memory(Duration time) {
        return new AdaptiveConfig(TIMES.check("memory", time), failureHalfTime, exploration, samples, jitter);
    }

    /**
     * In what time half of the mistrust goes that failures in a row have caused. Default 2.5 s.
     *
     * @throws IllegalArgumentException if it is not between 1 ms and 1 h
     */
    public AdaptiveConfig failureHalfTime(Duration time) {
        return new AdaptiveConfig(memory, TIMES.check("failureHalfTime", time), exploration, samples, jitter);
    }

    /**
     * The share of calls that go to the instance that was not called for longest, to learn how it is now. Default 0.01.
     *
     * @throws IllegalArgumentException if it is not between 0 and 0.5
     */
    public AdaptiveConfig exploration(double share) {
        if (!(share >= 0 && share <= 0.5)) {
            throw new IllegalArgumentException("exploration: " + share + " (expected: 0..0.5)");
        }
        return new AdaptiveConfig(memory, failureHalfTime, share, samples, jitter);
    }

    /**
     * How many instances are looked at in a pick where there are more than 256. Default 16.
     *
     * @throws IllegalArgumentException if it is not between 2 and 256
     */
    public AdaptiveConfig samples(int count) {
        if (count < 2 || count > Adaptive.MAX_SCANNED) {
            throw new IllegalArgumentException("samples: " + count + " (expected: 2.." + Adaptive.MAX_SCANNED + ")");
        }
        return new AdaptiveConfig(memory, failureHalfTime, exploration, count, jitter);
    }

    /**
     * By what share the expected times are varied at random, so that many clients do not choose in step. Default 0.1.
     *
     * @throws IllegalArgumentException if it is not between 0 and 1
     */
    public AdaptiveConfig jitter(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("jitter: " + share + " (expected: 0..1)");
        }
        return new AdaptiveConfig(memory, failureHalfTime, exploration, samples, share);
    }

    Duration memory() {
        return memory;
    }

    Duration failureHalfTime() {
        return failureHalfTime;
    }

    double exploration() {
        return exploration;
    }

    int samples() {
        return samples;
    }

    double jitter() {
        return jitter;
    }
}
