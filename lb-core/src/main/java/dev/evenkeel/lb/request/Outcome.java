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
 * that it turned away, or one that says nothing at all, as the caller lost interest or something is wrong on our side.
 *
 * <p>Say so where the time for a call was up ({@link #timedOut}, {@link #connectTimedOut}): a time-out is the failure that a
 * caller can bring about, by stopping or by not giving time enough, and is then not held against the instance.
 */
public final class Outcome {

    private static final Outcome SUCCESS = new Outcome(Kind.SUCCESS, Detail.NONE);
    private static final Outcome NEVER_REACHED = new Outcome(Kind.NEVER_REACHED, Detail.NONE);
    private static final Outcome CONNECT_TIMED_OUT = new Outcome(Kind.NEVER_REACHED, Detail.TIME_OUT);
    private static final Outcome FAILED = new Outcome(Kind.FAILED, Detail.NONE);
    private static final Outcome TIMED_OUT = new Outcome(Kind.FAILED, Detail.TIME_OUT);
    private static final Outcome OVERLOADED = new Outcome(Kind.OVERLOADED, Detail.NONE);
    private static final Outcome CANCELLED = new Outcome(Kind.CANCELLED, Detail.NONE);
    private static final Outcome LOCAL_FAULT = new Outcome(Kind.LOCAL_FAULT, Detail.NONE);
    private static final Outcome UNADDRESSABLE = new Outcome(Kind.LOCAL_FAULT, Detail.ADDRESS);

    private final Kind kind;
    private final Detail detail;
    private final Optional<Duration> retryAfter;

    private Outcome(Kind kind, Detail detail) {
        this(kind, detail, null);
    }

    private Outcome(Kind kind, Detail detail, @Nullable Duration retryAfter) {
        this.kind = kind;
        this.detail = detail;
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
        CANCELLED,
        /**
         * Something is wrong in this process or on this machine: no file descriptor, port, thread or memory is left, or the
         * process did not run while the call was under way. Says nothing of the instance, nor whether the call got there.
         */
        LOCAL_FAULT
    }

    /** What else is known. */
    private enum Detail {
        NONE,
        TIME_OUT,
        ADDRESS
    }

    public static Outcome success() {
        return SUCCESS;
    }

    public static Outcome neverReached() {
        return NEVER_REACHED;
    }

    /** Never reached because there was no connection in time. */
    public static Outcome connectTimedOut() {
        return CONNECT_TIMED_OUT;
    }

    public static Outcome failed() {
        return FAILED;
    }

    /** Failed because there was no answer, or not all of it, in time. */
    public static Outcome timedOut() {
        return TIMED_OUT;
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
        return new Outcome(Kind.OVERLOADED, Detail.NONE, retryAfter);
    }

    public static Outcome cancelled() {
        return CANCELLED;
    }

    /** A local fault that concerns all calls alike. What is one, {@link LocalFault} knows. */
    public static Outcome localFault() {
        return LOCAL_FAULT;
    }

    /**
     * A local fault that has to do with the address of the instance: no port is left to call it from, or nobody tells what its
     * name means. Of an instance that has never answered, this counts as never reached: an address that cannot be called from
     * this machine looks the same.
     */
    public static Outcome unaddressable() {
        return UNADDRESSABLE;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether time was up. */
    public boolean isTimeout() {
        return detail == Detail.TIME_OUT;
    }

    /** Whether it is a local fault that may be one of the instance's address. */
    public boolean isOfTheAddress() {
        return detail == Detail.ADDRESS;
    }

    /** When the instance asked to be called again; only for an overload. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Outcome other
                && kind == other.kind
                && detail == other.detail
                && retryAfter.equals(other.retryAfter);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, detail, retryAfter);
    }

    @Override
    public String toString() {
        if (retryAfter.isPresent()) {
            return kind + " (retry after " + retryAfter.get() + ")";
        }
        return switch (detail) {
            case NONE -> kind.toString();
            case TIME_OUT -> kind + " (time-out)";
            case ADDRESS -> kind + " (address)";
        };
    }
}
