package dev.evenkeel.lb.call;

import dev.evenkeel.lb.CallContext;
import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When a call is made a second time beside an attempt that takes long, and where. */
record Hedging(BalancedCall call, CallState state) {

    private CallContext context() {
        return state.context();
    }

    /** After what time of this attempt; empty for never. */
    Optional<Duration> delay(Attempt attempt) {
        boolean wanted = call.replay() == Replay.ALWAYS
                && call.pickRequest().session().isEmpty() // no other instance knows of it
                && !attempt.isFailOpen();
        if (!wanted) {
            return Optional.empty();
        }
        Optional<Duration> observed = call.hedging().percentile().isPresent()
                ? context().answerTimes().percentile(call.hedging().percentile().getAsDouble())
                : Optional.empty();
        return call.hedging().delay(observed);
    }

    /** A lease for a hedge beside this attempt, which has then been paid for; null if there is to be none. */
    @Nullable Lease acquire(Attempt slow) {
        if (!state.hedge(slow)) {
            return null;
        }
        NextAttempt hedge = new NextAttempt(call, state);
        PickRequest next = hedge.pick();
        boolean wanted = !slow.isSpent()
                && state.attemptCount() < RetryPolicy.MAX_ATTEMPTS
                && context().hasOther(next)
                && hedge.isWorthwhile(Duration.ZERO);
        if (!wanted || !context().purse().spend()) {
            return null;
        }
        Lease lease;
        try {
            lease = state.balancer().acquire(next);
        } catch (RuntimeException none) { // the call goes on as it is
            context().purse().refund();
            return null;
        }
        if (lease.isFailOpen() || next.avoided().contains(lease.instance().id())) {
            giveBack(lease);
            return null;
        }
        return lease;
    }

    /** A hedge that was paid for is not made after all. */
    void giveBack(Lease lease) {
        lease.end(Outcome.cancelled());
        context().purse().refund();
    }
}
