package dev.evenkeel.lb;

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
        /** It was never reached or failed every call. */
        FAILING,
        /** It failed more often than others, which is still better than nobody. */
        FAILURE_RATE,
        /** It asked for it. */
        COOL_OFF
    }

    /** Whether some of its calls may be expected to succeed. */
    boolean isStatistical() {
        return cause != Cause.FAILING;
    }

    Ejection asTrial() {
        return new Ejection(cause, reason, until, badness, true);
    }
}
