package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.call.FutureFailures;
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
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** The suite's words in those of {@code java.net.http}. */
final class JdkContractClient implements ContractClient {

    private final BalancedHttpClient client;

    JdkContractClient(ContractOptions options) {
        HttpClient.Builder wrapped = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .followRedirects(options.followsRedirects() ? Redirect.NORMAL : Redirect.NEVER);
        if (options.keepsCookies()) {
            wrapped.cookieHandler(new CookieManager());
        }
        options.tls().ifPresent(tls -> wrapped.sslContext(tls.context()));
        options.passwords().ifPresent(passwords -> wrapped.authenticator(new Passwords(passwords)));
        BalancedHttpClient.Builder builder = BalancedHttpClient.builder(wrapped.build(), options.router());
        options.sessions().ifPresent(builder::sessions);
        options.stickyHeader()
                .ifPresent(header -> builder.pickRequest(request -> request.headers()
                                .firstValue(header)
                                .map(PickRequest::stickyTo)
                                .orElse(PickRequest.EMPTY))
                        .stripHeaders(header));
        options.replayHeader()
                .ifPresent(header -> builder.replay(request -> request.headers()
                        .firstValue(header)
                        .map(Replay::valueOf)
                        .orElseGet(() -> Replay.ofMethod(request.method()))));
        options.retries().ifPresent(builder::retries);
        options.hedging().ifPresent(builder::hedging);
        options.callTimeout().ifPresent(builder::callTimeout);
        this.client = builder.build();
    }

    @Override
    public ContractAnswer send(ContractCall call) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = clientFor(call).send(request(call), BodyHandlers.ofByteArray());
        return answer(response, new ByteArrayInputStream(response.body()));
    }

    @Override
    public ContractAnswer open(ContractCall call) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = clientFor(call).send(request(call), BodyHandlers.ofInputStream());
        return answer(response, response.body());
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback is told everything
    public Runnable sendAsync(ContractCall call, ContractCallback callback) {
        CompletableFuture<HttpResponse<InputStream>> future =
                clientFor(call).sendAsync(request(call), BodyHandlers.ofInputStream());
        future.whenComplete((response, failure) -> {
            if (response != null) {
                callback.answered(answer(response, response.body()));
            } else {
                callback.failed(FutureFailures.unwrap(failure));
            }
        });
        return () -> future.cancel(true);
    }

    @Override
    public ContractWebSocket openWebSocket(ContractCall handshake, ContractWebSocketListener listener)
            throws IOException, InterruptedException {
        WebSocket.Builder builder = clientFor(handshake).newWebSocketBuilder();
        handshake.headers().forEach(builder::header);
        try {
            WebSocket socket = builder.buildAsync(URI.create(handshake.url()), new Listener(listener))
                    .get();
            return new ContractWebSocket() {
                @Override
                public void send(String text) {
                    socket.sendText(text, true).join();
                }

                @Override
                public void close() {
                    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
                }

                @Override
                public void abort() {
                    socket.abort();
                }
            };
        } catch (ExecutionException failed) {
            throw (IOException) failed.getCause();
        }
    }

    /** Not {@code close()}: after many failed calls the JDK's client (25.0.3) may wait for ever for one that is over. */
    @Override
    public void close() {
        client.shutdownNow();
    }

    private HttpClient clientFor(ContractCall call) {
        return call.pickRequest().map(client::with).orElse(client);
    }

    private static HttpRequest request(ContractCall call) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create(call.url())).method(call.method(), body(call));
        call.headers().forEach(builder::header);
        call.timeout().ifPresent(builder::timeout);
        return builder.build();
    }

    private static BodyPublisher body(ContractCall call) {
        if (call.body().isEmpty()) {
            return BodyPublishers.noBody();
        }
        String text = call.body().get();
        if (!call.isBodyOnce()) {
            return BodyPublishers.ofString(text);
        }
        InputStream once = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return BodyPublishers.ofInputStream(() -> once);
    }

    private static ContractAnswer answer(HttpResponse<?> response, InputStream body) {
        Map<String, String> headers = new HashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
        return new ContractAnswer(
                response.statusCode(), headers, response.uri(), BalancedHttpClient.instance(response), body);
    }

    private static final class Passwords extends Authenticator {

        private final Function<String, Optional<String>> passwords;

        Passwords(Function<String, Optional<String>> passwords) {
            this.passwords = passwords;
        }

        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            return passwords
                    .apply(getRequestingHost())
                    .map(password -> new PasswordAuthentication(ContractOptions.USER, password.toCharArray()))
                    .orElse(null);
        }
    }

    private static final class Listener implements WebSocket.Listener {

        private final ContractWebSocketListener listener;

        Listener(ContractWebSocketListener listener) {
            this.listener = listener;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            listener.received(data.toString());
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
            listener.over();
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            listener.over();
        }
    }
}
