package dev.evenkeel.lb.retry;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.text.DurationRange;
import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How often, and after what pause, a call that failed is made again. An immutable value. It never makes a call again that is
 * not safe to repeat: whether it is depends on the call, not on this.
 *
 * <p>On by default, as what is safe to repeat is worth repeating, HTTP clients do it without being asked, and the
 * {@linkplain dev.evenkeel.lb.admission.Purse purse} bounds it. A call goes to another instance while there is one.
 */
public final class RetryPolicy {

    /** More instances than this are not tried for one call. */
    public static final int MAX_ATTEMPTS = 5;

    private static final int TOO_MANY_REQUESTS = 429;

    private static final DurationRange ATTEMPTS = new DurationRange(Duration.ofMillis(1), Duration.ofDays(1));
    private static final DurationRange PAUSES = new DurationRange(Duration.ZERO, Duration.ofMinutes(1));

    private static final RetryPolicy DEFAULTS = builder().build();
    private static final RetryPolicy OFF = builder().maxAttempts(1).build();

    private final int maxAttempts;
    private final @Nullable Duration attemptTimeout;
    private final Duration firstBackoff;
    private final Duration maxBackoff;
    private final Duration maxRetryAfter;
    private final Set<Integer> statuses;

    private RetryPolicy(Builder builder) {
        this.maxAttempts = builder.maxAttempts;
        this.attemptTimeout = builder.attemptTimeout;
        this.firstBackoff = builder.firstBackoff;
        this.maxBackoff = builder.maxBackoff;
        this.maxRetryAfter = builder.maxRetryAfter;
        this.statuses = builder.statuses;
    }

    /** As the setters of {@link Builder} say. */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /** No call is made again. */
    public static RetryPolicy off() {
        return OFF;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this policy. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maxAttempts = maxAttempts;
        builder.attemptTimeout = attemptTimeout;
        builder.firstBackoff = firstBackoff;
        builder.maxBackoff = maxBackoff;
        builder.maxRetryAfter = maxRetryAfter;
        builder.statuses = statuses;
        return builder;
    }

    /** A call that has had so many attempts, hedges included, or one at each instance, is not made again. */
    public int maxAttempts() {
        return maxAttempts;
    }

    /** How long one attempt may take; empty for as long as it takes. */
    public Optional<Duration> attemptTimeout() {
        return Optional.ofNullable(attemptTimeout);
    }

    /** The longest pause after the first failure. */
    public Duration firstBackoff() {
        return firstBackoff;
    }

    /** The longest pause after any failure. */
    public Duration maxBackoff() {
        return maxBackoff;
    }

    /** For how long an instance is waited for that asks to be called later, if there is no other one. */
    public Duration maxRetryAfter() {
        return maxRetryAfter;
    }

    /** Whether a call that is answered with this HTTP status is better made again. */
    public boolean isOnStatus(int status) {
        return status >= TOO_MANY_REQUESTS && statuses.contains(status);
    }

    /**
     * The pause after so many failures: anything from nothing to a limit, each as likely (full jitter), so that calls that
     * failed together do not come back together. The limit doubles with each failure.
     *
     * @param failures of the call so far, at least 1
     */
    public Duration backoff(int failures, RandomGenerator random) {
        double doubled = Math.scalb((double) firstBackoff.toNanos(), failures - 1);
        double limit = Math.min(doubled, (double) maxBackoff.toNanos());
        return Duration.ofNanos((long) (random.nextDouble() * limit));
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof RetryPolicy other
                && maxAttempts == other.maxAttempts
                && Objects.equals(attemptTimeout, other.attemptTimeout)
                && firstBackoff.equals(other.firstBackoff)
                && maxBackoff.equals(other.maxBackoff)
                && maxRetryAfter.equals(other.maxRetryAfter)
                && statuses.equals(other.statuses);
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxAttempts, attemptTimeout, firstBackoff, maxBackoff, maxRetryAfter, statuses);
    }

    @Override
    public String toString() {
        return "RetryPolicy[maxAttempts=" + maxAttempts + ", attemptTimeout=" + attemptTimeout + ", backoff="
                + firstBackoff + ".." + maxBackoff + ", maxRetryAfter=" + maxRetryAfter + ", onStatus=" + statuses
                + "]";
    }

    /** Builds policies; not safe for concurrent use. Every setter refuses a bad value at once. */
    public static final class Builder {

        private int maxAttempts = MAX_ATTEMPTS;
        private @Nullable Duration attemptTimeout;
        private Duration firstBackoff = Duration.ofMillis(25);
        private Duration maxBackoff = Duration.ofSeconds(1);
        private Duration maxRetryAfter = Duration.ofSeconds(1);
        private Set<Integer> statuses = Set.of();

        private Builder() {}

        /**
         * Sets after how many attempts, hedges included, a call is not made again; from 1 to 5. Default 5, and never more than
         * there are instances.
         */
        public Builder maxAttempts(int attempts) {
            if (attempts < 1 || attempts > MAX_ATTEMPTS) {
                throw new IllegalArgumentException("maxAttempts: " + attempts + " (expected: 1.." + MAX_ATTEMPTS + ")");
            }
            this.maxAttempts = attempts;
            return this;
        }

        /**
         * Sets how long one attempt may take, from 1 ms to 1 day. One that takes longer is ended, and counts as failed. Default
         * none: what is too long, only the caller knows.
         */
        public Builder attemptTimeout(Duration timeout) {
            this.attemptTimeout = ATTEMPTS.check("attemptTimeout", timeout);
            return this;
        }

        /**
         * Sets the longest pause after the first failure, which doubles with each further one, and the longest of all; both up
         * to 1 min. Default 25 ms and 1 s. There is no pause after a connection was refused, if there is another instance.
         */
        public Builder backoff(Duration first, Duration longest) {
            PAUSES.check("first", first);
            PAUSES.check("longest", longest);
            if (first.compareTo(longest) > 0) {
                throw new IllegalArgumentException("first: " + first + " (expected: at most longest, " + longest + ")");
            }
            this.firstBackoff = first;
            this.maxBackoff = longest;
            return this;
        }

        /**
         * Sets for how long an instance is waited for that asks to be called later ({@code Retry-After}), if there is no other
         * one; up to 1 min. A call fails at once if it asks for more. Default 1 s.
         */
        public Builder maxRetryAfter(Duration longest) {
            this.maxRetryAfter = PAUSES.check("maxRetryAfter", requireNonNull(longest, "longest"));
            return this;
        }

        /**
         * Sets with which HTTP statuses an answer is better got elsewhere, if the call may be executed twice; such as 502, 503
         * and 504. The last answer goes to the caller, whatever it is. Replaces what was set before. Default none: an answer
         * is an answer.
         *
         * @param statuses that say that the instance failed: 429, and 500 to 599
         */
        public Builder onStatus(int... statuses) {
            Set<Integer> all = new TreeSet<>();
            for (int status : statuses) {
                if (status != TOO_MANY_REQUESTS && (status < 500 || status > 599)) {
                    throw new IllegalArgumentException("status: " + status + " (expected: 429, 500..599)");
                }
                all.add(status);
            }
            this.statuses = Collections.unmodifiableSet(all);
            return this;
        }

        public RetryPolicy build() {
            return new RetryPolicy(this);
        }
    }
}
