package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.request.Outcome;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A call of OkHttp's that is one attempt of another call. Runs once, on the first thread that comes. It is the tag of its call
 * by which interceptors know it.
 */
final class AttemptCall implements Runnable {

    private final Call call;
    private final Attempt attempt;
    private final SeparateAttempts attempts;
    private final CompletableFuture<Response> response = new CompletableFuture<>();
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile @Nullable CallListener listener;

    AttemptCall(Call call, Attempt attempt, SeparateAttempts attempts) {
        this.call = call;
        this.attempt = attempt;
        this.attempts = attempts;
        call.tag(AttemptCall.class, () -> this);
    }

    /** What this call is an attempt of, if it is one. */
    static @Nullable AttemptCall of(Call call, BalancingInterceptor interceptor) {
        AttemptCall found = call.tag(AttemptCall.class);
        return found != null && found.attempts.isOf(interceptor) ? found : null;
    }

    /** What comes of it. */
    CompletableFuture<Response> response() {
        return response;
    }

    @Override
    public void run() {
        if (!begun.compareAndSet(false, true) || attempt.isStopped()) {
            return;
        }
        try {
            attempts.limit(call);
            Response received = call.execute();
            if (!response.complete(received)) {
                received.close(); // nobody waits any more
            }
        } catch (Throwable thrown) {
            response.completeExceptionally(thrown);
        }
    }

    void cancel() {
        call.cancel();
    }

    /** The attempt is over, whatever it has come to. */
    void stop() {
        CallListener begun = listener;
        if (begun == null) {
            attempt.end(Outcome.cancelled());
            call.cancel();
        } else {
            begun.stop(attempt);
        }
    }

    /** Where our interceptor is in the chain of this call. */
    Response send(Interceptor.Chain chain) throws IOException {
        CallListener sending = CallListener.to(call, attempts.service().request());
        sending.listen(null);
        listener = sending;
        return attempts.send(attempt, sending, chain);
    }

    @Override
    public String toString() {
        return attempt.toString();
    }
}
