package dev.evenkeel.lb.request;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of one call, as the balancer needs to know it. An immutable value; all but {@link #overloaded(Duration)}
 * are constants.
 *
 * <p>The question behind each is what it says of the instance: a call that never reached it, one that it failed, one
 * that it turned away, or one that says nothing at all.
 */
public final class Outcome {

    private static final Outcome SUCCESS = new Outcome(Kind.SUCCESS, null);
    private static final Outcome NEVER_REACHED = new Outcome(Kind.NEVER_REACHED, null);
    private static final Outcome FAILED = new Outcome(Kind.FAILED, null);
    private static final Outcome OVERLOADED = new Outcome(Kind.OVERLOADED, null);
    private static final Outcome CANCELLED = new Outcome(Kind.CANCELLED, null);

    private final Kind kind;
    private final Optional<Duration> retryAfter;

    private Outcome(Kind kind, @Nullable Duration retryAfter) {
        this.kind = kind;
        this.retryAfter = Optional.ofNullable(retryAfter);
    }

    /** The kinds of outcome. More may come: a {@code switch} over them needs a default. */
    public enum Kind {
        /** The instance did what was asked. An answer that blames the caller (HTTP 4xx) is a success, too. */
        SUCCESS,
        /** The call never got there: connection refused, no route, TLS failure, refused stream. Safe to send again. */
        NEVER_REACHED,
        /** The call got there, or may have: reset, time-out of the attempt, bad response, HTTP 5xx. */
        FAILED,
        /** The instance turned the call away because it has too much to do: HTTP 429 or 503. */
        OVERLOADED,
        /** The caller lost interest. Says nothing of the instance. */
        CANCELLED
    }

    public static Outcome success() {
        return SUCCESS;
    }

    public static Outcome neverReached() {
        return NEVER_REACHED;
    }

    public static Outcome failed() {
        return FAILED;
    }

    /** Turned away, without a hint when to come back. */
    public static Outcome overloaded() {
        return OVERLOADED;
    }

    /**
     * Turned away with a hint when to come back.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public static Outcome overloaded(Duration retryAfter) {
        requireNonNull(retryAfter, "retryAfter");
        if (retryAfter.isNegative()) {
            throw new IllegalArgumentException("retryAfter: " + retryAfter + " (expected: >= 0)");
        }
        return new Outcome(Kind.OVERLOADED, retryAfter);
    }

    public static Outcome cancelled() {
        return CANCELLED;
    }

    public Kind kind() {
        return kind;
    }

    /** When the instance asked to be called again; only for an overload. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Outcome other && kind == other.kind && retryAfter.equals(other.retryAfter);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, retryAfter);
    }

    @Override
    public String toString() {
        return retryAfter.map(after -> kind + " (retry after " + after + ")").orElse(kind.toString());
    }
}
