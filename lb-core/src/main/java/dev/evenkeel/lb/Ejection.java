package dev.evenkeel.lb;

import dev.evenkeel.lb.request.Outcome;

/**
 * That calls have taken an instance out.
 *
 * @param reason in one line
 * @param until when its time is over, by the ticker
 * @param badness the share of its calls that can be expected to fail, from 0 to 1: who is less bad is used first where others
 *     are few
 * @param onTrial whether its time is over, and calls are to show whether it is well
 */
record Ejection(Cause cause, String reason, long until, double badness, boolean onTrial) {

    enum Cause {
        /** It was never reached. */
        UNREACHABLE,
        /** It failed every call, reached or not. */
        FAILING,
        /** It failed more often than others, which is still better than nobody. */
        FAILURE_RATE,
        /** It asked for it. */
        COOL_OFF
    }

    /** Whether some of its calls may be expected to succeed. */
    boolean isStatistical() {
        return cause == Cause.FAILURE_RATE || cause == Cause.COOL_OFF;
    }

    /** Why it is ejected next, if its trial ends like this: whoever did not only lack a connection has more to show than one. */
    Cause causeAfter(Outcome failure) {
        if (isStatistical()) {
            return Cause.FAILURE_RATE;
        }
        return failure.kind() == Outcome.Kind.NEVER_REACHED ? cause : Cause.FAILING;
    }

    Ejection asTrial() {
        return new Ejection(cause, reason, until, badness, true);
    }
}
