package dev.evenkeel.lb.retry;

import dev.evenkeel.lb.text.DurationRange;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * After what time a call that has no answer yet is made at a second instance as well, so that the faster answer counts. An
 * immutable value. Only for calls that may be executed twice; once for each call. Off by default, as it is extra load.
 *
 * <p>After "The Tail at Scale" (Dean, Barroso, 2013), 5 % of extra calls take most of the tail away.
 */
public final class HedgePolicy {

    private static final DurationRange DELAYS = new DurationRange(Duration.ofNanos(1), Duration.ofDays(1));
    private static final Duration DEFAULT_MIN = Duration.ofMillis(1);
    private static final Duration DEFAULT_MAX = Duration.ofSeconds(10);

    private static final HedgePolicy OFF = new HedgePolicy(OptionalDouble.empty(), DEFAULT_MIN, DEFAULT_MAX);

    /** Empty where there is no delay, and where it is fixed: then both bounds are the delay. */
    private final OptionalDouble percentile;

    private final Duration min;
    private final Duration max;

    private HedgePolicy(OptionalDouble percentile, Duration min, Duration max) {
        this.percentile = percentile;
        this.min = min;
        this.max = max;
    }

    /** No call is made twice at once. */
    public static HedgePolicy off() {
        return OFF;
    }

    /**
     * After the time that 95 % of the answers of late did not exceed: about 5 % more calls. Not before 50 answers are known,
     * and not before 1 ms.
     */
    public static HedgePolicy defaults() {
        return afterPercentile(0.95);
    }

    /**
     * After the time that this share of the answers of late did not exceed; between 1 ms and 10 s.
     *
     * @param share from 0.5 to 0.999
     */
    public static HedgePolicy afterPercentile(double share) {
        if (!(share >= 0.5 && share <= 0.999)) {
            throw new IllegalArgumentException("share: " + share + " (expected: 0.5..0.999)");
        }
        return new HedgePolicy(OptionalDouble.of(share), DEFAULT_MIN, DEFAULT_MAX);
    }

    /** After this time, up to 1 day. */
    public static HedgePolicy after(Duration delay) {
        DELAYS.check("delay", delay);
        return new HedgePolicy(OptionalDouble.empty(), delay, delay);
    }

    /**
     * The same, but not before and not after these times, each up to 1 day.
     *
     * @throws IllegalArgumentException if the delay does not go by a percentile
     */
    public HedgePolicy between(Duration earliest, Duration latest) {
        DELAYS.check("earliest", earliest);
        DELAYS.check("latest", latest);
        if (earliest.compareTo(latest) > 0) {
            throw new IllegalArgumentException("earliest: " + earliest + " (expected: at most latest, " + latest + ")");
        }
        if (percentile.isEmpty()) {
            throw new IllegalArgumentException("between: " + this + " (expected: a percentile)");
        }
        return new HedgePolicy(percentile, earliest, latest);
    }

    /** Whether calls are made twice at once. */
    public boolean isOn() {
        return percentile.isPresent() || min.equals(max);
    }

    /** The share of answers that the delay goes by; empty if it does not. */
    public OptionalDouble percentile() {
        return percentile;
    }

    /**
     * The delay, if it is known.
     *
     * @param observed what that share of the answers did not exceed, if that is known
     */
    public Optional<Duration> delay(Optional<Duration> observed) {
        if (percentile.isEmpty()) {
            return isOn() ? Optional.of(min) : Optional.empty();
        }
        return observed.map(time -> time.compareTo(min) < 0 ? min : time.compareTo(max) > 0 ? max : time);
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof HedgePolicy other
                && percentile.equals(other.percentile)
                && min.equals(other.min)
                && max.equals(other.max);
    }

    @Override
    public int hashCode() {
        return Objects.hash(percentile, min, max);
    }

    @Override
    public String toString() {
        if (!isOn()) {
            return "HedgePolicy[off]";
        }
        return percentile.isEmpty()
                ? "HedgePolicy[after " + min + "]"
                : "HedgePolicy[percentile " + percentile.getAsDouble() + ", " + min + ".." + max + "]";
    }
}
