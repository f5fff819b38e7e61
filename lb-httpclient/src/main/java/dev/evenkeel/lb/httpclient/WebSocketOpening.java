package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.call.Acquisition;
import dev.evenkeel.lb.httpclient.Carriers.Carrier;
import dev.evenkeel.lb.request.Outcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Opens one WebSocket to a service: waits for a lease, perhaps for an address, then for the handshake. */
final class WebSocketOpening {

    private final Leg leg;
    private final WebSocket.Listener listener;
    private final UnaryOperator<WebSocket.Builder> settings;
    private final Stages stages = new Stages();
    private final CompletableFuture<WebSocket> answer = new RelayingFuture<>(stages::cancel);

    WebSocketOpening(Leg leg, WebSocket.Listener listener, UnaryOperator<WebSocket.Builder> settings) {
        this.leg = leg;
        this.listener = listener;
        this.settings = settings;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is done then does not throw: it fails the answer
    CompletableFuture<WebSocket> begin() throws IOException {
        Carrier carrier = leg.carrier();
        HttpRequest copy = leg.copy().build();
        CompletableFuture<Lease> acquired = leg.balancer().acquireAsync(leg.pickRequest());
        stages.waitFor(acquired);
        acquired.whenComplete((lease, failure) -> {
            if (lease != null) {
                lookUp(carrier, copy, lease);
            } else {
                answer.completeExceptionally(
                        failure instanceof CancellationException ? failure : Acquisition.asIOException(failure));
            }
        });
        return answer;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // as above
    private void lookUp(Carrier carrier, HttpRequest copy, Lease lease) {
        LeasedWebSocket socket = new LeasedWebSocket(lease, listener);
        CompletableFuture<URI> target = leg.targetAsync(lease.instance(), carrier);
        stages.waitFor(target);
        target.whenComplete((uri, failure) -> {
            if (uri != null) {
                open(carrier, copy, uri, lease, socket);
            } else {
                failed(socket, requireNonNull(failure));
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // as above
    private void open(Carrier carrier, HttpRequest copy, URI target, Lease lease, LeasedWebSocket socket) {
        if (answer.isDone()) {
            lease.end(Outcome.cancelled());
            return;
        }
        try {
            WebSocket.Builder builder = settings.apply(carrier.bare().newWebSocketBuilder());
            copy.headers().map().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
            CompletableFuture<WebSocket> handshake = builder.buildAsync(webSocket(target), socket);
            stages.waitFor(handshake);
            handshake.whenComplete((opened, failure) -> {
                if (opened != null) {
                    opened(socket, opened);
                } else {
                    failed(socket, requireNonNull(failure));
                }
            });
        } catch (Throwable failure) {
            failed(socket, failure);
        }
    }

    private void opened(LeasedWebSocket socket, WebSocket opened) {
        socket.opened(opened);
        if (!answer.complete(socket)) {
            socket.abort(); // cancelled meanwhile: nobody will ever close it
        }
    }

    private void failed(LeasedWebSocket socket, Throwable failure) {
        socket.failed(failure);
        answer.completeExceptionally(ExchangeFailures.unwrap(failure));
    }

    private static URI webSocket(URI http) {
        return URI.create("ws" + http.toString().substring("http".length())); // and wss of https
    }
}
