package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.call.Acquisition;
import dev.evenkeel.lb.call.OwnFaults;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** One blocking call: all its legs on the thread of the caller. */
final class BlockingCall<T> {

    private final HttpClient client;
    private final BodyHandler<T> handler;

    private @Nullable LogicalResponse<T> latest;

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
        Leg leg = first;
        while (leg.isBalanced()) {
            Leg next = attempt(leg);
            if (next == null) {
                return requireNonNull(latest);
            }
            leg = next;
        }
        return new ForwardedResponse<>(client.send(leg.request(), handler), latest);
    }

    /** Waits for a call that is made on other threads, since it may have to be ended by one. */
    static <T> HttpResponse<T> await(CompletableFuture<HttpResponse<T>> call) throws IOException, InterruptedException {
        try {
            return call.get();
        } catch (InterruptedException interrupted) {
            call.cancel(true);
            throw interrupted;
        } catch (ExecutionException failed) {
            Throwable cause = ExchangeFailures.unwrap(failed);
            if (cause instanceof IOException failure) {
                throw failure;
            }
            if (cause instanceof RuntimeException || cause instanceof Error) {
                throw NewerMethods.unchecked(cause);
            }
            throw new IOException(cause);
        }
    }

    /** Sends one leg. Returns the leg to go on with, or null if the latest response is for the caller. */
    private @Nullable Leg attempt(Leg leg) throws IOException, InterruptedException {
        HttpRequest.Builder copy = leg.copy();
        HttpClient carrier = leg.carrier().client();
        Lease lease = Acquisition.await(leg.balancer(), leg.pickRequest());
        LeasedCall<T> call = new LeasedCall<>(leg, lease, handler);
        try {
            HttpResponse<T> response =
                    carrier.send(copy.uri(leg.target(lease.instance())).build(), call);
            call.handedOver(response);
            latest = new LogicalResponse<>(response, leg.request(), lease.instance(), latest);
            return call.next();
        } catch (Throwable failure) {
            call.failed(failure);
            Leg next = leg.afterFailure(lease.instance(), failure);
            if (next != null) {
                return next;
            }
            if (OwnFaults.explained(failure, leg.balancer().serviceName(), lease) instanceof IOException explained) {
                throw explained;
            }
            throw failure;
        }
    }
}
