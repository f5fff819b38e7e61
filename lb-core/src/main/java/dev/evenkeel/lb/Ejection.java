package dev.evenkeel.lb;

/**
 * That calls have taken an instance out.
 *
 * @param reason in one line
 * @param until when its time is over, by the ticker
 * @param badness by how much worse it is than others that are out for a like cause, from 0 to 1
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
