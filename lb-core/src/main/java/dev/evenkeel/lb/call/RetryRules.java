package dev.evenkeel.lb.call;

import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Whether an attempt may be followed by another one, and after what pause, whatever else there is to say against it. */
record RetryRules(Replay replay, RetryPolicy policy, RandomGenerator random) {

    /** Whether nobody is harmed by another attempt. What is not known to be the instance's doing is not repeated. */
    boolean isRepeatable(Attempt attempt, Outcome how) {
        return switch (how.kind()) {
            case NEVER_REACHED, FAILED, OVERLOADED -> isSafe(attempt, how);
            default -> false;
        };
    }

    /** Whether nothing was sent, as the instance has no room: to ask another one instead makes no more work for anybody. */
    boolean isMove(Attempt attempt, Outcome how) {
        return how.kind() == Outcome.Kind.OVERLOADED && attempt.isUnsent(how);
    }

    private boolean isSafe(Attempt attempt, Outcome how) {
        return !attempt.isSpent() && (replay == Replay.ALWAYS || (replay == Replay.UNSENT && attempt.isUnsent(how)));
    }

    /**
     * The pause before the next attempt; null if it would be too long.
     *
     * @param hasOther whether there is an instance that has not been tried
     */
    @Nullable Duration pause(Attempt attempt, Outcome how, boolean hasOther) {
        if (hasOther && attempt.isUnsent(how)) {
            return Duration.ZERO;
        }
        Duration pause = policy.backoff(attempt.number(), random);
        Duration asked = how.retryAfter().orElse(Duration.ZERO);
        if (hasOther || asked.compareTo(pause) <= 0) {
            return pause;
        }
        return asked.compareTo(policy.maxRetryAfter()) <= 0 ? asked : null;
    }
}
