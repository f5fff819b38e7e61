package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.NoInstanceAvailableException;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.time.Ticker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A WebSocket goes to one instance, and is in flight until it is closed. */
class WebSocketTest {

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final Server server = new Server();
    private final Caller caller = new Caller();
    private final HttpClient plain = HttpFixture.newPlainClient().build();
    private MockWebServer web;
    private LoadBalancer chat;
    private BalancedHttpClient http;

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        try {
            if (chat != null) {
                Eventually.until(
                        "nothing is in flight",
                        chat::snapshot,
                        () -> chat.snapshot().inFlight() == 0);
                assertThat(chat.snapshot().instances())
                        .allSatisfy(
                                instance -> assertThat(instance.unreported()).isZero());
            }
        } finally {
            for (AutoCloseable one : toClose) {
                one.close();
            }
        }
    }

    @Test
    void isInFlightUntilTheCallerClosesIt() throws Exception {
        WebSocket socket = open();
        assertThat(chat.snapshot().inFlight()).isEqualTo(1);
        assertThat(get(socket.sendText("hel", false))).isSameAs(socket);
        get(socket.sendText("lo", true));
        assertThat(get(server.message)).isEqualTo("hello");
        assertThat(get(caller.text)).isEqualTo("HELLO");
        assertThat(get(socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye"))).isSameAs(socket);
        assertThat(socket.isOutputClosed()).isTrue();
        assertThat(get(caller.closed)).isEqualTo(1000);
        assertThat(chat.snapshot().inFlight()).isZero();
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
        assertThat(chat.snapshot().instances().get(0).latency()).isPositive();
        assertThat(caller.sockets)
                .isNotEmpty()
                .allSatisfy(seen -> assertThat(seen).isSameAs(socket));
    }

    @Test
    void blamesAnInstanceThatFails() throws Exception {
        open();
        get(server.opened).close(1011, "oops");
        get(caller.closed);
        assertThat(outcomes(Kind.FAILED)).isEqualTo(1);
    }

    @Test
    void endsWhenItIsAborted() throws Exception {
        WebSocket socket = open();
        socket.abort();
        assertThat(chat.snapshot().inFlight()).isZero();
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
        assertThat(socket.isInputClosed()).isTrue();
        get(server.over);
    }

    @Test
    void endsWhenTheServerDies() throws Exception {
        open();
        get(server.opened);
        web.close();
        get(caller.over);
        assertThat(chat.snapshot().inFlight()).isZero();
        assertThat(outcomes(Kind.FAILED)).isEqualTo(1);
    }

    @Test
    void endsWhenTheListenerThrows() throws Exception {
        WebSocket socket = open();
        caller.broken = true;
        get(socket.sendText("hello", true));
        assertThat(get(caller.failed)).isInstanceOf(IllegalStateException.class);
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void passesEverythingOn() throws Exception {
        WebSocket socket = open();
        get(socket.sendPing(ByteBuffer.wrap(new byte[] {7})));
        assertThat(get(caller.pong)).isEqualTo(ByteBuffer.wrap(new byte[] {7}));
        get(socket.sendPong(ByteBuffer.wrap(new byte[] {8})));
        get(socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2}), true));
        assertThat(get(caller.bytes)).isEqualTo(ByteBuffer.wrap(new byte[] {2, 1}));
        socket.request(1);
        assertThat(socket.isInputClosed()).isFalse();
        assertThat(socket.isOutputClosed()).isFalse();
        assertThat(socket.getSubprotocol()).isEmpty();
        socket.abort();
    }

    @Test
    void goesThroughTheRouterWithItsHeaders() throws Exception {
        start(upgrade("v2"));
        BalancedHttpClient routed = BalancedHttpClient.builder(
                        plain,
                        request -> request.path().equals("/room%2F1")
                                        && request.method().equals("GET")
                                        && request.host().equals("anything")
                                ? Optional.of(chat)
                                : Optional.empty())
                .pickRequest(request -> PickRequest.stickyTo(
                        request.headers().firstValue("X-User").orElseThrow()))
                .stripHeaders("X-User")
                .build();
        WebSocket socket = get(routed.newWebSocketBuilder()
                .header("X-User", "ada")
                .header("X-Trace", "7")
                .connectTimeout(Duration.ofSeconds(5))
                .subprotocols("v2", "v1")
                .buildAsync(URI.create("ws://anything/room%2F1?x=%20"), caller));
        assertThat(socket.getSubprotocol()).isEqualTo("v2");
        RecordedRequest handshake = web.takeRequest();
        assertThat(handshake.getTarget()).isEqualTo("/room%2F1?x=%20");
        assertThat(handshake.getHeaders().get("X-User")).isNull();
        assertThat(handshake.getHeaders().get("X-Trace")).isEqualTo("7");
        assertThat(handshake.getHeaders().get("Sec-WebSocket-Protocol")).isEqualTo("v2, v1");
        socket.abort();
    }

    @Test
    void failsItsFutureWhenThereIsNoInstanceThatMayBeTaken() throws Exception {
        start();
        CompletableFuture<WebSocket> opening = http.with(
                        PickRequest.builder().only("nobody:1").build())
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://chat/x"), caller);
        assertThat(opening)
                .failsWithin(Eventually.PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOf(ConnectException.class)
                .withCauseInstanceOf(NoInstanceAvailableException.class);
    }

    @Test
    void isAbortedWhenNobodyWantsItAnyMore() {
        try (ScriptedServer silent = ScriptedServer.start()) {
            silent.reply(ScriptedReply.silence());
            balance(silent.port());
            CompletableFuture<WebSocket> opening =
                    http.newWebSocketBuilder().buildAsync(URI.create("ws://chat/x"), caller);
            Eventually.until("the handshake has begun", () -> silent.requestCount() == 1);
            opening.cancel(true);
            assertThat(opening).isCancelled();
            silent.stop();
            Eventually.until("nothing is in flight", () -> chat.snapshot().inFlight() == 0);
        }
    }

    @Test
    void leavesOtherHostsAlone() throws Exception {
        start(upgrade(null));
        WebSocket socket = get(http.newWebSocketBuilder()
                .header("X-A", "1")
                .buildAsync(URI.create("ws://127.0.0.1:" + web.getPort() + "/x"), caller));
        assertThat(chat.snapshot().instances().get(0).picks()).isZero();
        assertThat(web.takeRequest().getHeaders().get("X-A")).isEqualTo("1");
        socket.abort();
        assertThat(http.newWebSocketBuilder().buildAsync(URI.create("http://chat/x"), caller))
                .failsWithin(Eventually.PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void opensThoseOfOtherHostsWithoutTheDecoration() throws Exception {
        start(upgrade(null));
        BalancedHttpClient decorated = BalancedHttpClient.builder(plain, chat)
                .decorate(RecordingClient::new) // which knows nothing of WebSockets
                .build();
        get(decorated.newWebSocketBuilder().buildAsync(URI.create("ws://127.0.0.1:" + web.getPort() + "/x"), caller))
                .abort();
    }

    @Test
    void showsTheAddressOfTheServiceWhenAnInstanceRefuses() throws Exception {
        start(new MockResponse.Builder()
                .code(404)
                .addHeader("X-A", "1")
                .body("not here")
                .build());
        URI uri = URI.create("ws://chat/x?y");
        Throwable failure =
                get(http.newWebSocketBuilder().buildAsync(uri, caller).<Throwable>handle((socket, thrown) -> thrown));
        assertThat(failure).isInstanceOf(CompletionException.class);
        assertThat(failure.getCause())
                .isInstanceOf(WebSocketHandshakeException.class)
                .hasCauseInstanceOf(Exception.class)
                .cause()
                .hasMessageContaining("404");
        HttpResponse<?> answer = ((WebSocketHandshakeException) failure.getCause()).getResponse();
        assertThat(answer.uri()).isEqualTo(URI.create("http://chat/x?y"));
        assertThat(answer.request().uri()).isEqualTo(answer.uri());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("X-A")).contains("1");
        assertThat(answer.body()).isEqualTo("not here");
        assertThat(BalancedHttpClient.instance(answer))
                .hasValueSatisfying(instance -> assertThat(instance.port()).isEqualTo(web.getPort()));
    }

    /** The plain client, which gets the same at the address of the server, is the measure. */
    @Test
    void refusesWhatThePlainClientRefusesAndBlamesNobody() throws Exception {
        start();
        List<UnaryOperator<WebSocket.Builder>> settings = List.of(
                builder -> builder.subprotocols("not one"),
                builder -> builder.subprotocols("twice", "twice"),
                builder -> builder.connectTimeout(Duration.ZERO),
                builder -> builder.header("Sec-WebSocket-Key", "mine"),
                builder -> builder.header("Connection", "mine"));
        for (UnaryOperator<WebSocket.Builder> setting : settings) {
            assertThat(refusal(setting, http, "ws://chat/x"))
                    .isEqualTo(refusal(setting, plain, "ws://127.0.0.1:" + web.getPort() + "/x"));
        }
        assertThat(refusal(builder -> builder, http, "ws://chat/x#part"))
                .isEqualTo(refusal(builder -> builder, plain, "ws://127.0.0.1:" + web.getPort() + "/x#part"));
        assertThat(web.getRequestCount()).isZero();
        assertThat(outcomes(Kind.FAILED)).isZero();
    }

    private Class<?> refusal(UnaryOperator<WebSocket.Builder> setting, HttpClient client, String uri) throws Exception {
        CompletableFuture<WebSocket> opening =
                setting.apply(client.newWebSocketBuilder()).buildAsync(URI.create(uri), caller);
        Throwable failure = get(opening.<Throwable>handle((socket, thrown) -> thrown));
        return failure instanceof CompletionException ? failure.getCause().getClass() : failure.getClass();
    }

    @Test
    void failsToSendAsThePlainOneDoes() throws Exception {
        WebSocket socket = open();
        get(socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
        assertThat(get(socket.sendText("too late", true).<Throwable>handle((same, thrown) -> thrown)))
                .isInstanceOf(IOException.class);
        assertThat(get(socket.sendClose(1, "").<Throwable>handle((same, thrown) -> thrown)))
                .isInstanceOf(IllegalArgumentException.class);
        get(caller.closed);
    }

    private WebSocket open() throws Exception {
        start(upgrade(null));
        return get(http.newWebSocketBuilder().buildAsync(URI.create("ws://chat/x"), caller));
    }

    private MockResponse upgrade(String subprotocol) {
        MockResponse.Builder response = new MockResponse.Builder().webSocketUpgrade(server);
        return subprotocol == null
                ? response.build()
                : response.addHeader("Sec-WebSocket-Protocol", subprotocol).build();
    }

    private void start(MockResponse... responses) throws IOException {
        if (web == null) {
            web = new MockWebServer();
        }
        for (MockResponse response : responses) {
            web.enqueue(response);
        }
        web.start();
        toClose.add(web);
        balance(web.getPort());
    }

    private void balance(int port) {
        chat = LoadBalancer.builder("chat")
                .instances("127.0.0.1:" + port)
                .ticker(Ticker.system()) // with a clock of its own it takes no pause of a busy machine into account
                .build();
        http = BalancedHttpClient.wrap(plain, chat);
        toClose.add(http::shutdownNow);
        toClose.add(chat);
    }

    private long outcomes(Kind kind) {
        return chat.snapshot().instances().get(0).outcomes(kind);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Answers in capital letters, and bytes from behind; closes when the other side does. */
    private static final class Server extends WebSocketListener {

        private final CompletableFuture<okhttp3.WebSocket> opened = new CompletableFuture<>();
        private final CompletableFuture<String> message = new CompletableFuture<>();
        private final CompletableFuture<String> over = new CompletableFuture<>();

        @Override
        public void onOpen(okhttp3.WebSocket socket, Response response) {
            opened.complete(socket);
        }

        @Override
        public void onMessage(okhttp3.WebSocket socket, String text) {
            message.complete(text);
            socket.send(text.toUpperCase(Locale.ROOT));
        }

        @Override
        public void onMessage(okhttp3.WebSocket socket, ByteString bytes) {
            byte[] reversed = new byte[bytes.size()];
            for (int i = 0; i < reversed.length; i++) {
                reversed[i] = bytes.getByte(reversed.length - 1 - i);
            }
            socket.send(ByteString.of(reversed));
        }

        @Override
        public void onClosing(okhttp3.WebSocket socket, int code, String reason) {
            socket.close(code, null);
        }

        @Override
        public void onClosed(okhttp3.WebSocket socket, int code, String reason) {
            over.complete("closed");
        }

        @Override
        public void onFailure(okhttp3.WebSocket socket, Throwable failure, Response response) {
            over.complete("failed");
        }
    }

    /** Remembers what it is told, and by whom. */
    private static final class Caller implements WebSocket.Listener {

        private final List<WebSocket> sockets = new CopyOnWriteArrayList<>();
        private final CompletableFuture<String> text = new CompletableFuture<>();
        private final CompletableFuture<ByteBuffer> bytes = new CompletableFuture<>();
        private final CompletableFuture<ByteBuffer> pong = new CompletableFuture<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
        private final CompletableFuture<Object> over = CompletableFuture.anyOf(closed, failed);
        private volatile boolean broken;

        @Override
        public void onOpen(WebSocket socket) {
            sockets.add(socket);
            socket.request(100);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            sockets.add(socket);
            if (broken) {
                throw new IllegalStateException("mine");
            }
            text.complete(data.toString());
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            sockets.add(socket);
            bytes.complete(ByteBuffer.allocate(data.remaining()).put(data).flip());
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            sockets.add(socket);
            pong.complete(ByteBuffer.allocate(message.remaining()).put(message).flip());
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
            sockets.add(socket);
            closed.complete(statusCode);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            sockets.add(socket);
            failed.complete(error);
        }
    }
}
