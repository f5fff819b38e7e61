package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.net.http.HttpRequest;
import java.util.function.Function;

/**
 * When the calls of a client are made at a further instance. Immutable.
 *
 * @param replays whether a request may be executed twice
 */
record Repetition(RetryPolicy retries, HedgePolicy hedging, Function<? super HttpRequest, Replay> replays) {

    static final Repetition DEFAULT =
            new Repetition(RetryPolicy.defaults(), HedgePolicy.off(), request -> Replay.ofMethod(request.method()));

    static final Repetition NONE = new Repetition(RetryPolicy.off(), HedgePolicy.off(), request -> Replay.NEVER);

    BalancedCall.Builder call(LoadBalancer balancer, HttpRequest request) {
        return BalancedCall.to(balancer).retries(retries).hedging(hedging).replay(replay(request));
    }

    /** A body that may be there only once is sent elsewhere only if nobody has begun to read it. */
    private Replay replay(HttpRequest request) {
        Replay said = requireNonNull(replays.apply(request), "replay: null (expected: Replay.NEVER for never)");
        return said == Replay.ALWAYS && !RepeatableBodies.isOf(request) ? Replay.UNSENT : said;
    }

    /** Whether attempts are begun or ended while the caller waits for one. */
    boolean isOnOtherThreads() {
        return hedging.isOn() || retries.attemptTimeout().isPresent();
    }
}
