package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.ContractAnswer;
import dev.evenkeel.lb.testkit.ContractCall;
import dev.evenkeel.lb.testkit.ContractCallback;
import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.ContractWebSocket;
import dev.evenkeel.lb.testkit.ContractWebSocketListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Credentials;
import okhttp3.Dispatcher;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.BufferedSink;

/** A balanced OkHttp client in the hands of the contract suite. */
final class OkHttpContractClient implements ContractClient {

    private static final List<String> NEEDS_BODY = List.of("POST", "PUT", "PATCH");

    private final OkHttpClient raw;
    private final OkHttpClient http;

    OkHttpContractClient(ContractOptions options) {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(200);
        dispatcher.setMaxRequestsPerHost(200);
        OkHttpClient.Builder client = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectTimeout(Duration.ofSeconds(5))
                .readTimeout(Duration.ZERO)
                .protocols(List.of(Protocol.HTTP_1_1))
                .followRedirects(options.followsRedirects());
        if (options.keepsCookies()) {
            client.cookieJar(new KeptCookies());
        }
        options.callTimeout().ifPresent(client::callTimeout);
        options.tls().ifPresent(tls -> client.sslSocketFactory(tls.context().getSocketFactory(), tls.trustManager()));
        options.passwords()
                .ifPresent(passwords -> client.authenticator((route, response) -> authenticated(response, passwords)));
        this.raw = client.build();
        BalancedOkHttp.Builder builder = BalancedOkHttp.builder(raw, options.router());
        options.sessions().ifPresent(builder::sessions);
        options.stickyHeader()
                .ifPresent(name ->
                        builder.pickRequest(request -> keyFrom(request, name)).stripHeaders(name));
        options.replayHeader().ifPresent(name -> builder.replay(request -> replayFrom(request, name)));
        options.retries().ifPresent(builder::retries);
        options.hedging().ifPresent(builder::hedging);
        this.http = builder.build();
    }

    private static PickRequest keyFrom(Request request, String header) {
        String key = request.header(header);
        return key == null ? PickRequest.EMPTY : PickRequest.stickyTo(key);
    }

    private static Replay replayFrom(Request request, String header) {
        String replay = request.header(header);
        return replay == null ? Replay.ofMethod(request.method()) : Replay.valueOf(replay);
    }

    private static Request authenticated(Response challenge, Function<String, Optional<String>> passwords) {
        Request request = challenge.request();
        if (request.header("Authorization") != null) {
            return null; // it has been tried
        }
        return passwords
                .apply(request.url().host())
                .map(password -> request.newBuilder()
                        .header("Authorization", Credentials.basic(ContractOptions.USER, password))
                        .build())
                .orElse(null);
    }

    @Override
    public ContractAnswer send(ContractCall call) throws IOException {
        try (Response response = newCall(call).execute()) {
            byte[] body = response.body().bytes();
            return answer(response, new ByteArrayInputStream(body));
        }
    }

    @Override
    public ContractAnswer open(ContractCall call) throws IOException {
        Response response = newCall(call).execute();
        return answer(response, response.body().byteStream());
    }

    @Override
    public Runnable sendAsync(ContractCall call, ContractCallback callback) {
        Call running = newCall(call);
        running.enqueue(new Callback() {
            @Override
            public void onResponse(Call call, Response response) {
                callback.answered(answer(response, response.body().byteStream()));
            }

            @Override
            public void onFailure(Call call, IOException failure) {
                callback.failed(failure);
            }
        });
        return running::cancel;
    }

    @Override
    public ContractWebSocket openWebSocket(ContractCall handshake, ContractWebSocketListener listener)
            throws IOException {
        OpeningWebSocket opening = new OpeningWebSocket(listener);
        http.newWebSocket(request(handshake).build(), opening);
        return opening.await();
    }

    private Call newCall(ContractCall call) {
        Optional<RequestBody> body =
                call.body().map(text -> call.isBodyOnce() ? new BodyOnce(text) : RequestBody.create(text, null));
        Request.Builder request = request(call);
        request.method(
                call.method(),
                body.orElseGet(() -> NEEDS_BODY.contains(call.method()) ? RequestBody.create(new byte[0]) : null));
        Call made = http.newCall(request.build());
        call.timeout().ifPresent(limit -> made.timeout().timeout(limit.toNanos(), TimeUnit.NANOSECONDS));
        return made;
    }

    private static Request.Builder request(ContractCall call) {
        Request.Builder request = new Request.Builder().url(call.url());
        call.headers().forEach(request::header);
        call.pickRequest().ifPresent(pick -> request.tag(PickRequest.class, pick));
        return request;
    }

    private static ContractAnswer answer(Response response, InputStream body) {
        Map<String, String> headers = new HashMap<>();
        response.headers().forEach(header -> headers.put(header.getFirst(), header.getSecond()));
        return new ContractAnswer(
                response.code(), headers, response.request().url().uri(), BalancedOkHttp.instance(response), body);
    }

    @Override
    public void close() {
        raw.dispatcher().executorService().shutdown();
        raw.connectionPool().evictAll();
    }

    /** As bodies are that come from a stream. */
    private static final class BodyOnce extends RequestBody {

        private final ByteArrayInputStream bytes;

        BodyOnce(String text) {
            this.bytes = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public MediaType contentType() {
            return null;
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.write(bytes.readAllBytes());
        }
    }

    private static final class OpeningWebSocket extends WebSocketListener {

        private final ContractWebSocketListener listener;
        private final CompletableFuture<WebSocket> opened = new CompletableFuture<>();

        OpeningWebSocket(ContractWebSocketListener listener) {
            this.listener = listener;
        }

        ContractWebSocket await() throws IOException {
            try {
                WebSocket socket = opened.join();
                return new ContractWebSocket() {
                    @Override
                    public void send(String text) {
                        socket.send(text);
                    }

                    @Override
                    public void close() {
                        socket.close(1000, null);
                    }

                    @Override
                    public void abort() {
                        socket.cancel();
                    }
                };
            } catch (CompletionException failed) {
                throw (IOException) failed.getCause();
            }
        }

        @Override
        public void onOpen(WebSocket socket, Response response) {
            opened.complete(socket);
        }

        @Override
        public void onMessage(WebSocket socket, String text) {
            listener.received(text);
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            socket.close(code, null);
        }

        @Override
        public void onClosed(WebSocket socket, int code, String reason) {
            listener.over();
        }

        @Override
        public void onFailure(WebSocket socket, Throwable failure, Response response) {
            opened.completeExceptionally(failure instanceof IOException ? failure : new IOException(failure));
            listener.over();
        }
    }
}
