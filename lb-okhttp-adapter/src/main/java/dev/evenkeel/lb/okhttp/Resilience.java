package dev.evenkeel.lb.okhttp;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.util.function.Function;
import okhttp3.Request;
import okhttp3.RequestBody;

/** How often calls are made, and which. */
record Resilience(RetryPolicy retries, HedgePolicy hedging, Function<? super Request, Replay> replay) {

    /** When this request may be sent once more: never twice at once if its body can be sent only once. */
    Replay replayOf(Request request) {
        Replay wanted = requireNonNull(replay.apply(request), "replay");
        return wanted == Replay.ALWAYS && isBodyOnce(request) ? Replay.UNSENT : wanted;
    }

    /** Whether the body of a request can be sent only once. */
    static boolean isBodyOnce(Request request) {
        RequestBody body = request.body();
        return body != null && (body.isOneShot() || body.isDuplex());
    }

    /** Whether there may be attempts that end on their own, while their call goes on. */
    boolean mayStopAttempts() {
        return retries.attemptTimeout().isPresent() || hedging.isOn();
    }

    /** Whether the attempts of this call have to be such that each can be ended on its own. */
    boolean mayStopAttempts(Request request, Replay replay) {
        return (retries.attemptTimeout().isPresent() || (hedging.isOn() && replay == Replay.ALWAYS))
                && !isLasting(request);
    }

    /** What goes on for long, and in both directions maybe: all that it has to do with the time of its head is to begin. */
    private static boolean isLasting(Request request) {
        String accepted = request.header("Accept");
        return isUpgrade(request)
                || (accepted != null && accepted.contains("text/event-stream"))
                || (request.body() != null && request.body().isDuplex());
    }

    /** Whether it asks for another protocol, such as that of WebSockets. */
    static boolean isUpgrade(Request request) {
        return request.header("Upgrade") != null;
    }

    /** What is right for a request of which nobody says more: for an upgrade, that it is not made again once it was sent. */
    static Replay usual(Request request) {
        return isUpgrade(request) ? Replay.UNSENT : Replay.ofMethod(request.method());
    }
}
