package dev.evenkeel.lb.health;

import dev.evenkeel.lb.text.DurationRange;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How often instances are probed and how their answers are weighed. An immutable value. */
public final class ProbeConfig {

    /** The shortest interval and time-out. */
    public static final Duration MIN_DURATION = Duration.ofMillis(10);

    /** The longest interval and time-out. */
    public static final Duration MAX_DURATION = Duration.ofDays(1);

    private static final DurationRange TIMES = new DurationRange(MIN_DURATION, MAX_DURATION);

    private static final Duration DEFAULT_UNHEALTHY_INTERVAL = Duration.ofSeconds(1);

    private static final ProbeConfig DEFAULTS = builder().build();

    private final Duration interval;
    private final Duration unhealthyInterval;
    private final Duration timeout;
    private final double jitter;
    private final int rise;
    private final int fall;
    private final int maxConcurrent;
    private final int maxSkipped;
    private final int sampleAbove;

    private ProbeConfig(Builder builder) {
        this.interval = builder.interval;
        this.unhealthyInterval = builder.unhealthyInterval != null
                ? builder.unhealthyInterval
                : DEFAULT_UNHEALTHY_INTERVAL.compareTo(builder.interval) < 0
                        ? DEFAULT_UNHEALTHY_INTERVAL
                        : builder.interval;
        this.timeout = builder.timeout;
        this.jitter = builder.jitter;
        this.rise = builder.rise;
        this.fall = builder.fall;
        this.maxConcurrent = builder.maxConcurrent;
        this.maxSkipped = builder.maxSkipped;
        this.sampleAbove = builder.sampleAbove;
    }

    /**
     * Every 5 s (1 s while sick) with a jitter of 20 %, time-out 1 s, rise 2, fall 3, at most 64 at once, two of three skipped
     * where calls succeed, a sample in pools of more than 1,000.
     */
    public static ProbeConfig defaults() {
        return DEFAULTS;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The time from the end of one probe to the next one of the same instance. */
    public Duration interval() {
        return interval;
    }

    /** The same while the instance is sick, or while its last answer contradicts its status. */
    public Duration unhealthyInterval() {
        return unhealthyInterval;
    }

    /** How long an answer may take, everything included. */
    public Duration timeout() {
        return timeout;
    }

    /** By which share an interval is made longer or shorter at random, 0 to 1. */
    public double jitter() {
        return jitter;
    }

    /** How many passing probes in a row make a sick instance well. */
    public int rise() {
        return rise;
    }

    /** How many failing probes in a row make a well instance sick. */
    public int fall() {
        return fall;
    }

    /** How many probes of one balancer may be under way at once. */
    public int maxConcurrent() {
        return maxConcurrent;
    }

    /** How many probes in a row are skipped while calls prove that the instance is well. */
    public int maxSkipped() {
        return maxSkipped;
    }

    /** Up to how many instances each is probed in every interval. */
    public int sampleAbove() {
        return sampleAbove;
    }

    /** Builds configurations; not safe for concurrent use. Every setter refuses a bad value at once. */
    public static final class Builder {

        private Duration interval = Duration.ofSeconds(5);
        private @Nullable Duration unhealthyInterval;
        private Duration timeout = Duration.ofSeconds(1);
        private double jitter = 0.2;
        private int rise = 2;
        private int fall = 3;
        private int maxConcurrent = 64;
        private int maxSkipped = 2;
        private int sampleAbove = 1_000;

        private Builder() {}

        /** Default 5 s: notices a crash soon, and costs an instance with a hundred clients 20 probes a second. */
        public Builder interval(Duration interval) {
            this.interval = inRange("interval", interval);
            return this;
        }

        /** Default 1 s, or the interval if that is shorter: a verdict that is in doubt is settled sooner. */
        public Builder unhealthyInterval(Duration unhealthyInterval) {
            this.unhealthyInterval = inRange("unhealthyInterval", unhealthyInterval);
            return this;
        }

        /** Default 1 s. May be longer than the interval: one instance is never probed twice at once. */
        public Builder timeout(Duration timeout) {
            this.timeout = inRange("timeout", timeout);
            return this;
        }

        /** Default 0.2, so that the clients of one instance do not probe in step. */
        public Builder jitter(double jitter) {
            if (!(jitter >= 0 && jitter <= 1)) {
                throw new IllegalArgumentException("jitter: " + jitter + " (expected: 0..1)");
            }
            this.jitter = jitter;
            return this;
        }

        /** Default 2. The first probe of an instance decides alone. */
        public Builder rise(int rise) {
            this.rise = positive("rise", rise);
            return this;
        }

        /** Default 3. The first probe of an instance decides alone. */
        public Builder fall(int fall) {
            this.fall = positive("fall", fall);
            return this;
        }

        /** Default 64. */
        public Builder maxConcurrent(int maxConcurrent) {
            this.maxConcurrent = positive("maxConcurrent", maxConcurrent);
            return this;
        }

        /**
         * How many probes in a row are skipped where calls are proof enough: the instance is well by its last probe, calls of this
         * balancer have succeeded since the last one was due, and none has failed.
         *
         * <p>Default 2, so that the clients of a busy instance probe it a third as often, and calls tell of its faults. It is
         * not more because a health check may say what calls do not: that the instance is about to leave. Where that is how
         * instances leave, and the time between is short, set it to 0.
         */
        public Builder maxSkipped(int maxSkipped) {
            if (maxSkipped < 0) {
                throw new IllegalArgumentException("maxSkipped: " + maxSkipped + " (expected: >= 0)");
            }
            this.maxSkipped = maxSkipped;
            return this;
        }

        /**
         * Up to how many instances each is probed in every interval. With more, in each interval a sample of this size is probed,
         * and so each instance more seldom: with ten times as many, every ten intervals on average. Meanwhile it is taken to be
         * what it was, and one that was never asked is unknown, which is good enough to be picked. The sick and the doubtful
         * have a sample of their own, of the same size, in the unhealthy interval.
         *
         * <p>Default 1,000: at most 200 probes a second, and in a pool so large a single instance matters little.
         */
        public Builder sampleAbove(int instances) {
            this.sampleAbove = positive("sampleAbove", instances);
            return this;
        }

        public ProbeConfig build() {
            return new ProbeConfig(this);
        }

        private static Duration inRange(String parameter, Duration value) {
            return TIMES.check(parameter, value);
        }

        private static int positive(String parameter, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(parameter + ": " + value + " (expected: >= 1)");
            }
            return value;
        }
    }
}
