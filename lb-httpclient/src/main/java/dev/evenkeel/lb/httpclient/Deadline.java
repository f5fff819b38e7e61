package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.CallContext;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.time.Cancellable;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** By when a call has to be over, body included. Its clock is that of the balancer that it begins with. */
final class Deadline {

    private static final Duration NO_TIME = Duration.ofNanos(1);
    private static final Duration FOR_EVER = Duration.ofDays(365); // timers and calls know of no longer time

    private final Duration limit;
    private final CallContext time;
    private final long begun;

    /** The time begins. */
    Deadline(Duration limit, CallContext time) {
        this.limit = limit;
        this.time = time;
        this.begun = time.ticker().nanos();
    }

    private Duration left() {
        return bounded(limit.minusNanos(time.ticker().nanos() - begun));
    }

    /** At least next to nothing, at most for ever. */
    static Duration bounded(Duration left) {
        return left.compareTo(NO_TIME) < 0 ? NO_TIME : left.compareTo(FOR_EVER) > 0 ? FOR_EVER : left;
    }

    /** Gives the attempts of a leg what is left. */
    void limit(BalancedCall.Builder call) {
        Duration left = left();
        call.timeout(left).timeoutFailure(over -> failure(over.equals(left) ? limit : over));
    }

    /** Runs the task when it is time; not on a thread that others wait for, as it tells the caller, who may take his time. */
    Cancellable start(Runnable task) {
        return time.later(task, left());
    }

    HttpTimeoutException failure() {
        return failure(limit);
    }

    /** What a call, or an attempt of one, fails with that has taken so long. */
    static HttpTimeoutException failure(Duration limit) {
        return new HttpTimeoutException("timed out after " + limit);
    }
}
