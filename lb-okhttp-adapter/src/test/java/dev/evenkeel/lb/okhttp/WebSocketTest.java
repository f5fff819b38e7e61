package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.junit.jupiter.api.Test;

/** A WebSocket goes to one instance, and is in flight until it is closed. */
class WebSocketTest {

    private final Peer peer = new Peer();
    private final Peer caller = new Peer();

    @Test
    void isInFlightUntilTheCallerClosesIt() throws Exception {
        try (Orders orders = orders(upgrade())) {
            WebSocket socket = open(orders);
            assertThat(orders.inFlight()).isEqualTo(1);
            socket.send("hello");
            assertThat(peer.message.join()).isEqualTo("hello");
            socket.close(1000, null);
            caller.over.join();
            orders.awaitInFlight(0);
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
        }
    }

    @Test
    void isInFlightUntilTheServerClosesIt() throws Exception {
        try (Orders orders = orders(upgrade())) {
            open(orders);
            peer.opened.join().close(1001, "bye");
            caller.over.join();
            orders.awaitInFlight(0);
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
        }
    }

    @Test
    void endsWhenItIsCancelled() throws Exception {
        try (Orders orders = orders(upgrade())) {
            WebSocket socket = open(orders);
            socket.cancel();
            assertThat(orders.inFlight()).isZero();
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
        }
    }

    @Test
    void endsWhenTheServerDies() throws Exception {
        MockWebServer server = server(upgrade());
        try (Orders orders = Orders.empty().add(ServiceInstance.of("127.0.0.1", server.getPort()), server)) {
            open(orders);
            server.close();
            caller.over.join();
            orders.awaitInFlight(0);
            assertThat(orders.only().picks()).isEqualTo(1);
        }
    }

    @Test
    void endsWhenTheServerDoesNotUpgrade() throws Exception {
        try (Orders orders = orders(new MockResponse.Builder().code(404).build())) {
            orders.http().newWebSocket(Orders.request("ws://orders/x"), caller);
            caller.over.join();
            orders.awaitInFlight(0);
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
        }
    }

    @Test
    void asksForTheService() throws Exception {
        MockWebServer server = server(upgrade());
        try (Orders orders = Orders.empty().add(ServiceInstance.of("127.0.0.1", server.getPort()), server)) {
            WebSocket socket = open(orders);
            assertThat(server.takeRequest().getHeaders().get("Host")).isEqualTo("orders");
            socket.cancel();
        }
    }

    private WebSocket open(Orders orders) {
        orders.http().newWebSocket(Orders.request("ws://orders/x"), caller);
        return caller.opened.join();
    }

    private MockResponse upgrade() {
        return new MockResponse.Builder().webSocketUpgrade(peer).build();
    }

    private static Orders orders(MockResponse response) throws IOException {
        MockWebServer server = server(response);
        return Orders.empty().add(ServiceInstance.of("127.0.0.1", server.getPort()), server);
    }

    private static MockWebServer server(MockResponse response) throws IOException {
        MockWebServer server = new MockWebServer();
        server.enqueue(response);
        server.start();
        return server;
    }

    /** One end; closes when the other one does. */
    private static final class Peer extends WebSocketListener {

        private final CompletableFuture<WebSocket> opened = new CompletableFuture<>();
        private final CompletableFuture<String> message = new CompletableFuture<>();
        private final CompletableFuture<String> over = new CompletableFuture<>();

        @Override
        public void onOpen(WebSocket socket, Response response) {
            opened.complete(socket);
        }

        @Override
        public void onMessage(WebSocket socket, String text) {
            message.complete(text);
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            socket.close(code, null);
        }

        @Override
        public void onClosed(WebSocket socket, int code, String reason) {
            over.complete("closed");
        }

        @Override
        public void onFailure(WebSocket socket, Throwable failure, Response response) {
            opened.completeExceptionally(failure);
            over.complete("failed");
        }
    }
}
