package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.call.Acquisition;
import dev.evenkeel.lb.request.Outcome;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One asynchronous call: first it waits for a lease, then for the response. A cancellation goes to what it waits for. */
final class AsyncCall<T> {

    private final HttpClient client;
    private final HttpRequest request;
    private final HttpRequest.Builder copy;
    private final BodyHandler<T> handler;
    private final @Nullable PushPromiseHandler<T> pushHandler;
    private final CompletableFuture<HttpResponse<T>> answer = new RelayingFuture<>(this::cancel);

    /** Written before {@link #stage} is read, and the other way round: so that no stage escapes a cancellation. */
    private volatile boolean cancelled;

    private volatile @Nullable CompletableFuture<?> stage;

    AsyncCall(
            HttpClient client,
            HttpRequest request,
            HttpRequest.Builder copy,
            BodyHandler<T> handler,
            @Nullable PushPromiseHandler<T> pushHandler) {
        this.client = client;
        this.request = request;
        this.copy = copy;
        this.handler = handler;
        this.pushHandler = pushHandler;
    }

    /** Begins the call once there is a lease. */
    @SuppressWarnings("FutureReturnValueIgnored") // what is done then does not throw: it fails the answer
    CompletableFuture<HttpResponse<T>> begin(CompletableFuture<Lease> acquired) {
        waitFor(acquired);
        acquired.whenComplete((lease, failure) -> {
            if (lease != null) {
                send(lease);
            } else {
                fail(failure instanceof CancellationException ? failure : Acquisition.asIOException(failure));
            }
        });
        return answer;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // as above
    private void send(Lease lease) {
        if (cancelled || answer.isDone()) {
            lease.end(Outcome.cancelled());
            fail(new CancellationException());
            return;
        }
        LeasedCall<T> call = new LeasedCall<>(lease, handler);
        try {
            HttpRequest target = RequestRewriting.target(copy, request, lease.instance());
            CompletableFuture<HttpResponse<T>> exchange = client.sendAsync(target, call, pushes());
            waitFor(exchange);
            exchange.whenComplete((response, failure) -> answered(lease, call, response, failure));
        } catch (Throwable failure) {
            call.failed(failure);
            fail(failure);
        }
    }

    private void answered(
            Lease lease, LeasedCall<T> call, @Nullable HttpResponse<T> response, @Nullable Throwable failure) {
        if (response != null) {
            call.handedOver(response);
            if (!answer.complete(new LogicalResponse<>(response, request, lease.instance()))) {
                call.abandoned(); // cancelled meanwhile: nobody will ever read the body, or close it
            }
        } else if (failure != null) {
            call.failed(failure);
            Throwable cause = ExchangeFailures.unwrap(failure);
            fail(cause instanceof CancellationException ? cause : failure);
        }
    }

    private void fail(Throwable failure) {
        answer.completeExceptionally(failure);
    }

    /** A pushed response belongs to the request as the caller knows it. */
    private @Nullable PushPromiseHandler<T> pushes() {
        PushPromiseHandler<T> given = pushHandler;
        return given == null
                ? null
                : (initiating, pushed, acceptor) -> given.applyPushPromise(request, pushed, acceptor);
    }

    private void waitFor(CompletableFuture<?> next) {
        stage = next;
        if (cancelled) {
            next.cancel(true);
        }
    }

    private void cancel() {
        cancelled = true;
        CompletableFuture<?> current = stage;
        if (current != null) {
            current.cancel(true);
        }
    }
}
