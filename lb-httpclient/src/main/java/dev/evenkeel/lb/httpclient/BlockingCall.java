package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.Attempt;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One blocking call: all its legs, and all their attempts, on the thread of the caller. */
final class BlockingCall<T> {

    private final HttpClient client;
    private final BodyHandler<T> handler;

    /**
     * A call that has not begun.
     *
     * @param client sends what a redirect leads to that is not balanced
     */
    BlockingCall(HttpClient client, BodyHandler<T> handler) {
        this.client = client;
        this.handler = handler;
    }

    HttpResponse<T> send(Leg first) throws IOException, InterruptedException {
        LeasedCall<T> exchange = exchange(first, null);
        Leg leg = exchange.next();
        while (leg != null && leg.isBalanced()) {
            exchange = exchange(leg, exchange.response());
            leg = exchange.next();
        }
        return leg == null
                ? exchange.response()
                : new ForwardedResponse<>(client.send(leg.request(), handler), exchange.response());
    }

    private LeasedCall<T> exchange(Leg leg, @Nullable HttpResponse<T> previous)
            throws IOException, InterruptedException {
        HttpRequest.Builder copy = leg.copy();
        HttpClient carrier = leg.carrier().client();
        try {
            return leg.call().build().execute(attempt -> attempt(leg, attempt, carrier, copy, previous));
        } catch (TimeoutException noInstanceInTime) { // the client itself ends an attempt
            throw Deadline.failure(leg.request().timeout().orElseThrow());
        }
    }

    private LeasedCall<T> attempt(
            Leg leg,
            Attempt attempt,
            HttpClient carrier,
            HttpRequest.Builder firstCopy,
            @Nullable HttpResponse<T> previous)
            throws IOException, InterruptedException {
        LeasedCall<T> exchange = new LeasedCall<>(leg, attempt, handler, false);
        try {
            HttpRequest.Builder copy = exchange.request(firstCopy);
            URI target = leg.target(attempt.instance());
            exchange.handedOver(carrier.send(copy.uri(target).build(), exchange), previous);
            return exchange;
        } catch (Throwable failure) {
            if (exchange.failed(failure) instanceof IOException explained) {
                throw explained;
            }
            throw failure;
        }
    }

    /** Waits for a call that is made on other threads, since it may have to be ended by one, or made twice at once. */
    static <T> HttpResponse<T> await(CompletableFuture<HttpResponse<T>> call) throws IOException, InterruptedException {
        try {
            return call.get();
        } catch (InterruptedException interrupted) {
            call.cancel(true);
            throw interrupted;
        } catch (ExecutionException failed) {
            throw thrown(requireNonNull(failed.getCause()));
        }
    }

    /** As the JDK's client throws what one of its own futures has failed with. */
    private static IOException thrown(Throwable failure) {
        if (failure instanceof IOException known) {
            return known;
        }
        if (failure instanceof IllegalArgumentException) {
            throw new IllegalArgumentException(failure.getMessage(), failure);
        }
        if (failure instanceof SecurityException) {
            throw new SecurityException(failure.getMessage(), failure);
        }
        return new IOException(failure.getMessage(), failure);
    }
}
