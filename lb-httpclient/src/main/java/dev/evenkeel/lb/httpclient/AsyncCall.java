package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.httpclient.Carriers.Carrier;
import dev.evenkeel.lb.time.Cancellable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One asynchronous call: its legs, one after the other. Each of them is a call of its own to a service, which is made again if
 * need be; all have the time of the call together. A cancellation goes to what it waits for.
 */
final class AsyncCall<T> {

    private final HttpClient client;
    private final BodyHandler<T> handler;
    private final @Nullable PushPromiseHandler<T> pushHandler;
    private final @Nullable Deadline deadline;
    private final Stages stages = new Stages();
    private final RelayingFuture<HttpResponse<T>> answer = new RelayingFuture<>(stages::cancel);

    /**
     * A call that has not begun.
     *
     * @param client sends what a redirect leads to that is not balanced
     */
    AsyncCall(
            HttpClient client,
            BodyHandler<T> handler,
            @Nullable PushPromiseHandler<T> pushHandler,
            @Nullable Deadline deadline) {
        this.client = client;
        this.handler = handler;
        this.pushHandler = pushHandler;
        this.deadline = deadline;
    }

    /** Begins the call with the caller's own request. What keeps it from beginning is thrown. */
    CompletableFuture<HttpResponse<T>> begin(Leg first) throws IOException {
        begin(first, first.copy(), null);
        return answer;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is done then does not throw: it fails the answer
    private void begin(Leg leg, HttpRequest.Builder copy, @Nullable HttpResponse<T> previous) throws IOException {
        Carrier carrier = leg.carrier();
        BalancedCall.Builder call = leg.call();
        if (deadline != null) {
            deadline.limit(call);
        }
        CompletableFuture<LeasedCall<T>> attempts =
                call.build().executeAsync(attempt -> attempt(leg, attempt, carrier, copy, previous));
        stages.waitFor(attempts);
        attempts.whenComplete((exchange, failure) -> {
            if (exchange != null) {
                answered(exchange);
            } else {
                answer.failed(requireNonNull(failure));
            }
        });
    }

    private CompletableFuture<LeasedCall<T>> attempt(
            Leg leg,
            Attempt attempt,
            Carrier carrier,
            HttpRequest.Builder firstCopy,
            @Nullable HttpResponse<T> previous) {
        LeasedCall<T> exchange = new LeasedCall<>(leg, attempt, handler, deadline != null);
        HttpRequest.Builder copy = exchange.request(firstCopy);
        attempt.onStop(exchange::stopped);
        CompletableFuture<HttpResponse<T>> response;
        try {
            if (leg.looksUp(attempt.instance())) {
                response = exchange.waitingFor(leg.targetAsync(attempt.instance(), carrier))
                        .thenCompose(target ->
                                send(leg, attempt, carrier, copy.uri(target).build(), exchange));
            } else {
                URI target = leg.target(attempt.instance());
                response = send(leg, attempt, carrier, copy.uri(target).build(), exchange);
            }
        } catch (Throwable failure) {
            response = CompletableFuture.failedFuture(failure);
        }
        return response.handle((given, failure) -> {
            if (given == null) {
                throw new CompletionException(exchange.failed(requireNonNull(failure)));
            }
            exchange.handedOver(given, previous);
            return exchange;
        });
    }

    private CompletableFuture<HttpResponse<T>> send(
            Leg leg, Attempt attempt, Carrier carrier, HttpRequest target, LeasedCall<T> exchange) {
        if (attempt.isStopped()) {
            return CompletableFuture.failedFuture(new CancellationException());
        }
        PushPromiseHandler<T> pushes = LogicalPushes.of(pushHandler, leg.request(), attempt.instance());
        return exchange.waitingFor(carrier.client().sendAsync(target, exchange, pushes));
    }

    /** On whatever thread the last attempt of the leg ended. */
    private void answered(LeasedCall<T> exchange) {
        Leg next = exchange.next();
        if (next != null) {
            goOn(next, exchange.response());
            return;
        }
        if (deadline != null && !exchange.isOver()) {
            exchange.endBy(deadline);
        }
        if (!answer.answered(exchange.response())) {
            exchange.close(); // cancelled meanwhile: nobody will ever read the body, or close it
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // as above
    private void goOn(Leg leg, HttpResponse<T> previous) {
        if (stages.isCancelled() || answer.isDone()) {
            return;
        }
        try {
            if (leg.isBalanced()) {
                begin(leg, leg.copy(), previous);
                return;
            }
            CompletableFuture<HttpResponse<T>> elsewhere = client.sendAsync(leg.request(), handler, pushHandler);
            stages.waitFor(elsewhere);
            Cancellable timer = deadline == null ? () -> {} : deadline.start(this::timeOut);
            elsewhere.whenComplete((response, failure) -> {
                timer.cancel();
                if (response != null) {
                    answer.answered(new ForwardedResponse<>(response, previous));
                } else {
                    answer.failed(requireNonNull(failure));
                }
            });
        } catch (Throwable failure) {
            answer.failed(failure);
        }
    }

    private void timeOut() {
        answer.failed(requireNonNull(deadline).failure());
        stages.cancel();
    }
}
