package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.call.Acquisition;
import dev.evenkeel.lb.call.OwnFaults;
import dev.evenkeel.lb.httpclient.Carriers.Carrier;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.time.Cancellable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One asynchronous call: for each of its legs it waits for a lease, perhaps for an address, then for the response. A
 * cancellation goes to what it waits for.
 */
final class AsyncCall<T> {

    private final HttpClient client;
    private final BodyHandler<T> handler;
    private final @Nullable PushPromiseHandler<T> pushHandler;
    private final CallTimeout timeout;
    private final Stages stages = new Stages();
    private final CompletableFuture<HttpResponse<T>> answer = new RelayingFuture<>(stages::cancel);

    /** Written before anything that could end it. */
    private Cancellable timer = () -> {};

    private volatile @Nullable LeasedCall<T> current;

    /**
     * A call that has not begun.
     *
     * @param client sends what a redirect leads to that is not balanced
     */
    AsyncCall(
            HttpClient client,
            BodyHandler<T> handler,
            @Nullable PushPromiseHandler<T> pushHandler,
            CallTimeout timeout) {
        this.client = client;
        this.handler = handler;
        this.pushHandler = pushHandler;
        this.timeout = timeout;
    }

    /** Begins the call with the caller's own request. What is wrong with that is thrown. */
    CompletableFuture<HttpResponse<T>> begin(Leg first) {
        HttpRequest.Builder copy = first.copy();
        timer = timeout.start(this::timeOut);
        begin(first, copy, null);
        return answer;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is done then does not throw: it fails the answer
    private void begin(Leg leg, HttpRequest.Builder copy, @Nullable HttpResponse<T> previous) {
        Carrier carrier;
        CompletableFuture<Lease> acquired;
        try {
            carrier = leg.carrier();
            acquired = leg.balancer().acquireAsync(leg.pickRequest());
        } catch (IOException | RuntimeException notEvenBegun) {
            fail(notEvenBegun);
            return;
        }
        stages.waitFor(acquired);
        acquired.whenComplete((lease, failure) -> {
            if (lease != null) {
                new Attempt(leg, lease, previous).begin(carrier, copy);
            } else {
                fail(failure instanceof CancellationException ? failure : Acquisition.asIOException(failure));
            }
        });
    }

    /** Goes on to another leg, on whatever thread the last one ended. */
    @SuppressWarnings("FutureReturnValueIgnored") // as above
    private void goOn(Leg leg, @Nullable HttpResponse<T> previous) {
        try {
            if (leg.isBalanced()) {
                begin(leg, leg.copy(), previous);
                return;
            }
            CompletableFuture<HttpResponse<T>> elsewhere = client.sendAsync(leg.request(), handler, pushHandler);
            stages.waitFor(elsewhere);
            elsewhere.whenComplete((response, failure) -> {
                if (response != null) {
                    answer.complete(new ForwardedResponse<>(response, previous));
                    timer.cancel();
                } else {
                    fail(requireNonNull(failure));
                }
            });
        } catch (Throwable failure) {
            fail(failure);
        }
    }

    private void fail(Throwable failure) {
        answer.completeExceptionally(failure);
        timer.cancel();
    }

    /** The body may go on when there is an answer, and the lease may end before there is one. */
    private void ended() {
        if (answer.isDone()) {
            timer.cancel();
        }
    }

    private void timeOut() {
        HttpTimeoutException failure = timeout.failure();
        LeasedCall<T> call = current;
        if (call != null) {
            call.timedOut(failure);
        }
        answer.completeExceptionally(failure);
        stages.cancel();
    }

    /** Nobody waits for an answer any more. */
    private boolean isOver() {
        return stages.isCancelled() || answer.isDone();
    }

    /** One leg on its way to one instance. */
    private final class Attempt {

        private final Leg leg;
        private final Lease lease;
        private final LeasedCall<T> call;
        private final @Nullable HttpResponse<T> previous;

        Attempt(Leg leg, Lease lease, @Nullable HttpResponse<T> previous) {
            this.leg = leg;
            this.lease = lease;
            this.call = timeout.isSet()
                    ? new LeasedCall<>(leg, lease, handler, AsyncCall.this::ended)
                    : new LeasedCall<>(leg, lease, handler);
            this.previous = previous;
            current = call;
        }

        @SuppressWarnings("FutureReturnValueIgnored") // as above
        void begin(Carrier carrier, HttpRequest.Builder copy) {
            if (!leg.looksUp(lease.instance())) {
                send(carrier, copy);
                return;
            }
            CompletableFuture<URI> lookUp = leg.targetAsync(lease.instance(), carrier);
            stages.waitFor(lookUp);
            lookUp.whenComplete((target, failure) -> {
                if (target != null) {
                    send(carrier, copy.uri(target).build());
                } else {
                    failed(requireNonNull(failure));
                }
            });
        }

        private void send(Carrier carrier, HttpRequest.Builder copy) {
            try {
                send(carrier, copy.uri(leg.target(lease.instance())).build());
            } catch (Throwable failure) {
                failed(failure);
            }
        }

        @SuppressWarnings("FutureReturnValueIgnored") // as above
        private void send(Carrier carrier, HttpRequest target) {
            if (isOver()) {
                lease.end(Outcome.cancelled());
                fail(new CancellationException());
                return;
            }
            try {
                CompletableFuture<HttpResponse<T>> exchange = carrier.client()
                        .sendAsync(target, call, LogicalPushes.of(pushHandler, leg.request(), lease.instance()));
                stages.waitFor(exchange);
                exchange.whenComplete((response, failure) -> {
                    if (response != null) {
                        answered(response);
                    } else {
                        failed(requireNonNull(failure));
                    }
                });
            } catch (Throwable failure) {
                failed(failure);
            }
        }

        private void answered(HttpResponse<T> response) {
            call.handedOver(response);
            HttpResponse<T> logical = new LogicalResponse<>(response, leg.request(), lease.instance(), previous);
            Leg next = call.next();
            if (next != null && !isOver()) {
                goOn(next, logical);
                return;
            }
            if (!answer.complete(logical)) {
                call.abandoned(); // cancelled meanwhile: nobody will ever read the body, or close it
            }
            if (call.isOver()) {
                timer.cancel();
            }
        }

        private void failed(Throwable failure) {
            call.failed(failure);
            Leg next = isOver() ? null : leg.afterFailure(lease.instance(), failure);
            if (next != null) {
                goOn(next, previous);
                return;
            }
            Throwable cause = ExchangeFailures.unwrap(failure);
            Throwable explained = OwnFaults.explained(cause, leg.balancer().serviceName(), lease);
            fail(explained != cause || cause instanceof CancellationException ? explained : failure);
        }
    }
}
