package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Opens WebSockets, balanced or not. As that of the JDK, not safe for concurrent use. */
final class BalancedWebSocketBuilder implements WebSocket.Builder {

    private final HttpClient client;
    private final Balancing balancing;
    private final List<Header> headers = new ArrayList<>();
    private @Nullable Duration connectTimeout;

    /** What else it was told. */
    private UnaryOperator<WebSocket.Builder> settings = UnaryOperator.identity();

    private record Header(String name, String value) {}

    /**
     * A builder without any settings.
     *
     * @param client opens what is not balanced
     */
    BalancedWebSocketBuilder(HttpClient client, Balancing balancing) {
        this.client = client;
        this.balancing = balancing;
    }

    @Override
    public WebSocket.Builder header(String name, String value) {
        headers.add(new Header(requireNonNull(name, "name"), requireNonNull(value, "value")));
        return this;
    }

    @Override
    public WebSocket.Builder connectTimeout(Duration timeout) {
        connectTimeout = requireNonNull(timeout, "timeout");
        return set(builder -> builder.connectTimeout(timeout));
    }

    @Override
    public WebSocket.Builder subprotocols(String mostPreferred, String... lesserPreferred) {
        requireNonNull(mostPreferred, "mostPreferred");
        String[] others = lesserPreferred.clone();
        for (String other : others) {
            requireNonNull(other, "lesserPreferred");
        }
        return set(builder -> builder.subprotocols(mostPreferred, others));
    }

    private WebSocket.Builder set(UnaryOperator<WebSocket.Builder> setting) {
        UnaryOperator<WebSocket.Builder> before = settings;
        settings = builder -> setting.apply(before.apply(builder));
        return this;
    }

    @Override
    public CompletableFuture<WebSocket> buildAsync(URI uri, WebSocket.Listener listener) {
        requireNonNull(uri, "uri");
        requireNonNull(listener, "listener");
        try {
            HttpRequest handshake = handshake(uri);
            Leg leg = handshake == null ? null : Leg.first(balancing, handshake);
            if (leg == null || !leg.isBalanced()) {
                return unbalanced().buildAsync(uri, listener);
            }
            leg.skipMirror();
            return new WebSocketOpening(leg, listener, settings).begin();
        } catch (IOException | RuntimeException notEvenBegun) {
            return CompletableFuture.failedFuture(notEvenBegun);
        }
    }

    private WebSocket.Builder unbalanced() {
        WebSocket.Builder builder = settings.apply(client.newWebSocketBuilder());
        headers.forEach(header -> builder.header(header.name(), header.value()));
        return builder;
    }

    /** The opening handshake as routers and functions of the caller see it; null if it cannot be one with a service. */
    private @Nullable HttpRequest handshake(URI uri) {
        String scheme = uri.getScheme();
        boolean isWebSocket = "ws".equalsIgnoreCase(scheme) || "wss".equalsIgnoreCase(scheme);
        if (uri.getHost() == null || !isWebSocket || uri.getRawFragment() != null) {
            return null; // the client says what is wrong
        }
        String http = Origin.of(uri).scheme() + uri.toString().substring(scheme.length());
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(http));
        headers.forEach(header -> request.header(header.name(), header.value()));
        if (connectTimeout != null) {
            request.timeout(connectTimeout);
        }
        return request.build();
    }
}
