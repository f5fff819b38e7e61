package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.httpclient.Carriers.Carrier;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

/**
 * Opens one WebSocket to a service, at another instance if one is not reached. What listeners and callers do is not for an
 * instance to repeat, so that a handshake that may have been read is not sent again.
 */
final class WebSocketOpening {

    private final Leg leg;
    private final WebSocket.Listener listener;
    private final UnaryOperator<WebSocket.Builder> settings;
    private final Stages stages = new Stages();
    private final RelayingFuture<WebSocket> answer = new RelayingFuture<>(stages::cancel);

    WebSocketOpening(Leg leg, WebSocket.Listener listener, UnaryOperator<WebSocket.Builder> settings) {
        this.leg = leg;
        this.listener = listener;
        this.settings = settings;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is done then does not throw: it fails the answer
    CompletableFuture<WebSocket> begin() throws IOException {
        Carrier carrier = leg.carrier();
        HttpRequest copy = leg.copy().build();
        CompletableFuture<LeasedWebSocket> attempts =
                leg.call().replay(Replay.UNSENT).build().executeAsync(attempt -> handshake(carrier, copy, attempt));
        stages.waitFor(attempts);
        attempts.whenComplete((socket, failure) -> {
            if (socket == null) {
                answer.failed(requireNonNull(failure));
            } else if (!answer.answered(socket)) {
                socket.abort(); // cancelled meanwhile: nobody will ever close it
            }
        });
        return answer;
    }

    private CompletableFuture<LeasedWebSocket> handshake(Carrier carrier, HttpRequest copy, Attempt attempt) {
        LeasedWebSocket socket = new LeasedWebSocket(attempt, listener);
        Stages ofAttempt = new Stages();
        attempt.onStop(ofAttempt::cancel);
        CompletableFuture<URI> target = leg.targetAsync(attempt.instance(), carrier);
        ofAttempt.waitFor(target);
        return target.thenCompose(uri -> {
                    CompletableFuture<WebSocket> opened = open(carrier, copy, uri, socket);
                    ofAttempt.waitFor(opened);
                    return opened;
                })
                .handle((opened, failure) -> {
                    if (opened == null) {
                        throw new CompletionException(socket.failed(leg, requireNonNull(failure)));
                    }
                    socket.opened(opened);
                    leg.handshaken();
                    return socket;
                });
    }

    private CompletableFuture<WebSocket> open(Carrier carrier, HttpRequest copy, URI target, LeasedWebSocket socket) {
        WebSocket.Builder builder = settings.apply(carrier.bare().newWebSocketBuilder());
        copy.headers().map().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        return builder.buildAsync(webSocket(target), socket);
    }

    private static URI webSocket(URI http) {
        URI bare = CallersPath.without(http); // the client takes none with a fragment
        return URI.create("ws" + bare.toString().substring("http".length())); // and wss of https
    }
}
