package dev.evenkeel.lb.httpclient;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Reads a body to its end, so that the connection can be used again; but not any body, however long it is. */
final class DiscardedBody<T> implements BodySubscriber<@Nullable T> {

    private final int maxBytes;
    private final CompletableFuture<@Nullable T> end = new CompletableFuture<>();

    /** Written before {@link #end} is read, and the other way round. */
    private volatile Flow.@Nullable Subscription subscription;

    /** Read and written in the order in which the client speaks to a subscriber. */
    private long bytes;

    DiscardedBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public CompletionStage<@Nullable T> getBody() {
        return end;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (end.isDone()) {
            given.cancel();
        } else {
            given.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            bytes += buffer.remaining();
        }
        if (bytes > maxBytes) {
            leave();
        }
    }

    /** Does without the rest. May be called by any thread. */
    void leave() {
        end.complete(null);
        Flow.Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }

    @Override
    public void onError(Throwable failure) {
        end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        end.complete(null);
    }
}
