package dev.evenkeel.lb.health;

import dev.evenkeel.lb.text.DurationRange;
import java.time.Duration;

/**
 * When the outcomes of calls take an instance out, for how long, and when they may not. An immutable value.
 *
 * <ul>
 *   <li>An instance that is {@linkplain Builder#neverReachedInARow never reached} is ejected at once, whatever the others do.
 *       So is one that fails {@linkplain Builder#failuresInARow every call}, unless so many calls fail at the others, too, that
 *       this may be an accident: then it is the calls. Where nothing succeeds at all, it is the instances.
 *   <li>One that fails more often than the others is ejected if that is no accident, see {@link Builder#minFailureShare}. So is
 *       at most {@link Builder#maxEjectedShare a part} of the pool.
 *   <li>One that asks for a pause (429 or 503 with {@code Retry-After}) gets it, for up to 60 s.
 *   <li>The caller's own errors (4xx) and calls that it cancels never count; calls that were turned away for overload count
 *       for the rate only.
 * </ul>
 *
 * <p>When the time is over, an instance gets one call at a time until one has succeeded. When it fails that, it is out for
 * twice as long; each minute of good behaviour halves the time again. A health check that finds it well ends only the first
 * of several ejections.
 */
public final class OutlierConfig {

    private static final DurationRange TIMES = new DurationRange(Duration.ofMillis(10), Duration.ofDays(1));

    private static final OutlierConfig DEFAULTS = builder().build();
    private static final OutlierConfig OFF = new OutlierConfig(builder(), false);

    private final boolean on;
    private final int neverReachedInARow;
    private final int failuresInARow;
    private final Duration window;
    private final int minCalls;
    private final double minFailureShare;
    private final double maxEjectedShare;
    private final int minAvailable;
    private final double panicShare;
    private final Duration baseTime;
    private final Duration maxTime;

    private OutlierConfig(Builder builder, boolean on) {
        this.on = on;
        this.neverReachedInARow = builder.neverReachedInARow;
        this.failuresInARow = builder.failuresInARow;
        this.window = builder.window;
        this.minCalls = builder.minCalls;
        this.minFailureShare = builder.minFailureShare;
        this.maxEjectedShare = builder.maxEjectedShare;
        this.minAvailable = builder.minAvailable;
        this.panicShare = builder.panicShare;
        this.baseTime = builder.baseTime;
        this.maxTime = builder.maxTime;
    }

    /** As the setters of {@link Builder} say. */
    public static OutlierConfig defaults() {
        return DEFAULTS;
    }

    /** Calls take nobody out. */
    public static OutlierConfig off() {
        return OFF;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Whether calls take anybody out. */
    public boolean isOn() {
        return on;
    }

    /** How many calls in a row that did not reach an instance eject it. */
    public int neverReachedInARow() {
        return neverReachedInARow;
    }

    /** How many calls in a row that failed eject an instance. */
    public int failuresInARow() {
        return failuresInARow;
    }

    /** Over what time failures are set against calls. */
    public Duration window() {
        return window;
    }

    /** How many calls an instance must have had in the window to be judged by its rate of failures. */
    public int minCalls() {
        return minCalls;
    }

    /** The least share of failures that may eject an instance. */
    public double minFailureShare() {
        return minFailureShare;
    }

    /** The share of the pool that may be out when one more is ejected by its rate of failures. */
    public double maxEjectedShare() {
        return maxEjectedShare;
    }

    /** How many instances have to remain when one is ejected by its rate of failures. */
    public int minAvailable() {
        return minAvailable;
    }

    /** When a smaller share of the pool than this is well, ejected instances are used again. */
    public double panicShare() {
        return panicShare;
    }

    /** How long the first ejection lasts. */
    public Duration baseTime() {
        return baseTime;
    }

    /** How long the longest ejection lasts. */
    public Duration maxTime() {
        return maxTime;
    }

    /** Builds configurations; not safe for concurrent use. Every setter refuses a bad value at once. */
    public static final class Builder {

        private int neverReachedInARow = 2;
        private int failuresInARow = 5;
        private Duration window = Duration.ofSeconds(10);
        private int minCalls = 10;
        private double minFailureShare = 0.1;
        private double maxEjectedShare = 0.2;
        private int minAvailable = 1;
        private double panicShare = 0.5;
        private Duration baseTime = Duration.ofSeconds(5);
        private Duration maxTime = Duration.ofMinutes(5);

        private Builder() {}

        /** Default 2: one connection may get lost, a process that is gone refuses all. */
        public Builder neverReachedInARow(int calls) {
            this.neverReachedInARow = positive("neverReachedInARow", calls);
            return this;
        }

        /** Default 5. Those that did not reach the instance count as well. */
        public Builder failuresInARow(int calls) {
            this.failuresInARow = positive("failuresInARow", calls);
            return this;
        }

        /** Default 10 s; from 10 ms to 1 day. */
        public Builder window(Duration window) {
            this.window = inRange("window", window);
            return this;
        }

        /** Default 10. */
        public Builder minCalls(int calls) {
            this.minCalls = positive("minCalls", calls);
            return this;
        }

        /**
         * Default 0.1. An instance is ejected by its rate if its share of failures is significantly more than this, and
         * more than three times the median of the others: the lower bound of Wilson's score interval at 5 standard
         * deviations, so that it happens by accident less than once in a hundred hours.
         */
        public Builder minFailureShare(double share) {
            this.minFailureShare = share("minFailureShare", share);
            return this;
        }

        /** Default 0.2, rounded down, but at least one instance. All count that are out, for whatever reason. */
        public Builder maxEjectedShare(double share) {
            this.maxEjectedShare = share("maxEjectedShare", share);
            return this;
        }

        /** Default 1. */
        public Builder minAvailable(int instances) {
            this.minAvailable = positive("minAvailable", instances);
            return this;
        }

        /**
         * Default 0.5. When fewer instances are well, those are used again, too, that were ejected for their rate of failures or
         * asked for a pause: the least bad first, and no more than make up this share. It is more likely then that something
         * common to all is broken. Those that fail every call or their health check are used only when nobody else is left; that
         * is so for 0 as well.
         */
        public Builder panicShare(double share) {
            this.panicShare = share("panicShare", share);
            return this;
        }

        /**
         * Default 5 s; from 10 ms to 1 day, with up to a tenth more at random. Doubles with each ejection. A second one
         * within a minute after a return lasts at least 10 s.
         */
        public Builder baseTime(Duration time) {
            this.baseTime = inRange("baseTime", time);
            return this;
        }

        /** Default 300 s; from 10 ms to 1 day. */
        public Builder maxTime(Duration time) {
            this.maxTime = inRange("maxTime", time);
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException if the first ejection would be longer than the longest
         */
        public OutlierConfig build() {
            if (baseTime.compareTo(maxTime) > 0) {
                throw new IllegalArgumentException(
                        "baseTime: " + baseTime + " (expected: at most maxTime, " + maxTime + ")");
            }
            return new OutlierConfig(this, true);
        }

        private static int positive(String parameter, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(parameter + ": " + value + " (expected: >= 1)");
            }
            return value;
        }

        private static double share(String parameter, double value) {
            if (!(value >= 0 && value <= 1)) {
                throw new IllegalArgumentException(parameter + ": " + value + " (expected: 0..1)");
            }
            return value;
        }

        private static Duration inRange(String parameter, Duration value) {
            return TIMES.check(parameter, value);
        }
    }
}
