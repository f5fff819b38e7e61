package dev.evenkeel.lb.call;

import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.text.Printable;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The attempts that a failed call has had. It rides on the exception of the last one, whatever its type, as a
 * {@linkplain Throwable#getSuppressed() suppressed} one without a stack trace, so that it is in the log as well. Says which
 * instances were called, and how that went, and nothing of the requests.
 *
 * <pre>{@code
 * for (AttemptHistory.Entry attempt : AttemptHistory.of(failure)) {
 *     System.out.println(attempt.instanceId() + ": " + attempt.outcome() + " after " + attempt.duration());
 * }
 * }</pre>
 */
public final class AttemptHistory extends Exception {

    private static final long serialVersionUID = 1L;

    /** Deeper causes are not worth a look, and may be a circle. */
    private static final int MAX_CAUSES = 16;

    private final transient List<Entry> entries;

    private AttemptHistory(List<Entry> entries) {
        super(
                entries.stream().map(Entry::toString).collect(Collectors.joining(", ", "attempts: ", "")),
                null,
                false,
                false);
        this.entries = entries;
    }

    /** The attempts that led to a failure, or to one of its causes, in the order of their begin; empty if none are known. */
    public static List<Entry> of(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            AttemptHistory newest = null;
            for (Throwable suppressed : cause.getSuppressed()) {
                if (suppressed instanceof AttemptHistory history) {
                    newest = history;
                }
            }
            if (newest != null) {
                return newest.entries == null ? List.of() : newest.entries; // null if it was serialized
            }
            cause = cause.getCause();
        }
        return List.of();
    }

    /** Puts these attempts on the failure; in vain if that is of a kind that has no suppressed ones. */
    static void attach(Throwable failure, List<Attempt> attempts, long origin) {
        if (!attempts.isEmpty()) {
            failure.addSuppressed(new AttemptHistory(
                    attempts.stream().map(attempt -> new Entry(attempt, origin)).toList()));
        }
    }

    /** One attempt. An immutable value. */
    public static final class Entry {

        private final String instanceId;
        private final @Nullable Outcome outcome;
        private final boolean hedge;
        private final Duration begin;
        private final Duration duration;

        private Entry(Attempt attempt, long origin) {
            this.instanceId = attempt.instance().id();
            this.outcome = attempt.outcome();
            this.hedge = attempt.isHedge();
            this.begin = Duration.ofNanos(attempt.begun() - origin);
            this.duration = Duration.ofNanos(attempt.ended() - attempt.begun());
        }

        /** The instance that was called. */
        public String instanceId() {
            return instanceId;
        }

        /** How it went; cancelled, if it was not over by then. */
        public Outcome outcome() {
            return outcome == null ? Outcome.cancelled() : outcome;
        }

        /** Whether it ran beside another attempt. */
        public boolean isHedge() {
            return hedge;
        }

        /** When it began, since the begin of the call. */
        public Duration begin() {
            return begin;
        }

        /** How long it took. */
        public Duration duration() {
            return duration;
        }

        @Override
        public String toString() {
            return Printable.of((Object) instanceId) + " " + outcome() + " after " + duration.toMillis() + " ms"
                    + (hedge ? " (hedge)" : "");
        }
    }
}
