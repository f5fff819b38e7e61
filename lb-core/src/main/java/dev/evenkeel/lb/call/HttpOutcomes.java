package dev.evenkeel.lb.call;

import dev.evenkeel.lb.request.Outcome;
import java.time.Duration;
import java.util.Optional;

/** What the status of an HTTP response says of the instance that sent it. */
public final class HttpOutcomes {

    /** A longer wait than this is not honoured: it is far more often an error than the truth. */
    public static final Duration MAX_RETRY_AFTER = Duration.ofSeconds(60);

    private static final Outcome OVERLOADED_FOR_LONG = Outcome.overloaded(MAX_RETRY_AFTER);

    private HttpOutcomes() {}

    /**
     * The outcome for a status: 429 and 503 are an overload, other 5xx are failures, everything else is a success,
     * including what blames the caller.
     *
     * @param status the status of the response
     * @param retryAfter the value of the header {@code Retry-After}, if there is one; only a number of seconds is
     *     understood (RFC 9110, 10.2.3), and at most 60 s of it honoured
     */
    public static Outcome ofStatus(int status, Optional<String> retryAfter) {
        if (status == 429 || status == 503) {
            return retryAfter.map(HttpOutcomes::overloaded).orElse(Outcome.overloaded());
        }
        return status >= 500 ? Outcome.failed() : Outcome.success();
    }

    private static Outcome overloaded(String retryAfter) {
        String seconds = retryAfter.trim();
        if (seconds.isEmpty() || !seconds.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Outcome.overloaded();
        }
        if (seconds.length() > 9) {
            return OVERLOADED_FOR_LONG;
        }
        long wait = Math.min(Long.parseLong(seconds), MAX_RETRY_AFTER.toSeconds());
        return Outcome.overloaded(Duration.ofSeconds(wait));
    }
}
