package dev.evenkeel.lb.call;

import dev.evenkeel.lb.CallContext;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call has one more attempt, and where that is to go. Made when it is asked, as most calls have one attempt, whose pick
 * the caller says all about.
 */
record NextAttempt(BalancedCall call, CallState state) {

    private CallContext context() {
        return state.context();
    }

    /** What to say of its pick. */
    PickRequest pick() {
        PickRequest inTime = inTime(call.pickRequest());
        List<Attempt> tried = state.attempts();
        return tried.isEmpty() ? inTime : elsewhere(inTime, tried);
    }

    /** It waits no longer than the call has time. */
    private PickRequest inTime(PickRequest said) {
        long nanos = state.rest();
        if (nanos == Long.MAX_VALUE) {
            return said;
        }
        Duration rest = Duration.ofNanos(Math.max(0, nanos));
        Duration wait = said.maxWait().filter(own -> own.compareTo(rest) < 0).orElse(rest);
        return said.toBuilder().maxWait(wait).build();
    }

    /** Better one that the caller would avoid than one that has been tried. */
    private PickRequest elsewhere(PickRequest said, List<Attempt> tried) {
        Set<String> toAvoid = new TreeSet<>();
        for (Attempt attempt : tried) {
            toAvoid.add(attempt.instance().id());
        }
        PickRequest untried = said.toBuilder().avoid(toAvoid).build();
        if (said.avoided().isEmpty() || !toAvoid.addAll(said.avoided())) {
            return untried;
        }
        PickRequest wanted = said.toBuilder().avoid(toAvoid).build();
        return context().hasOther(wanted) ? wanted : untried;
    }

    /**
     * The pause before it, which has then been paid for; null if there is to be none. There may have been a decision already,
     * when the head of an answer was there.
     *
     * @param last the attempt that has ended
     */
    @Nullable Duration pay(Attempt last, Outcome how) {
        Duration decided = last.paidPause();
        if (decided != null) {
            return decided;
        }
        RetryRules rules =
                new RetryRules(call.replay(), call.retries(), context().random());
        if (!rules.isRepeatable(last, how)) {
            return null;
        }
        PickRequest next = pick();
        boolean hasOther = context().hasOther(next);
        if (!isAnotherLeft(next, hasOther)) {
            return null;
        }
        Duration pause = rules.pause(last, how, hasOther);
        if (pause == null || !isWorthwhile(pause)) {
            return null;
        }
        boolean free = hasOther && rules.isMove(last, how);
        return free || context().purse().spend() ? pause : null;
    }

    /** Whether there are instances for it, and it is not one too many. One that was tried may have gone since. */
    private boolean isAnotherLeft(PickRequest next, boolean hasOther) {
        int soFar = state.attemptCount();
        return !state.isOver()
                && soFar < call.retries().maxAttempts()
                && (hasOther || soFar < context().instances(next));
    }

    /** Whether it could come to its end in time, after the pause, at the fastest instance. */
    boolean isWorthwhile(Duration pause) {
        long rest = state.rest();
        if (rest == Long.MAX_VALUE) {
            return true;
        }
        long left = rest - pause.toNanos();
        return left > 0 && left >= context().leastLatency().toNanos();
    }
}
