package dev.evenkeel.lb.benchmarks.faults;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import dev.evenkeel.lb.httpclient.HttpProbe;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import dev.evenkeel.lb.okhttp.OkHttpProbe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** The clients that are measured. */
final class Clients {

    private static final String URL = "http://orders/work";

    private static final Pattern ANY = Pattern.compile("");

    /** For a client that is like another one but for what it does about these. */
    private static final Pattern IN_BODIES = Pattern.compile("^body ");

    private static final int BUFFERED_BYTES = 64 * 1024;

    private Clients() {}

    static List<Client.Kind> all() {
        HttpClient jdk = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Client.CONNECT_TIMEOUT)
                .build();
        OkHttpClient okHttp = new OkHttpClient.Builder()
                .dispatcher(manyCalls())
                .connectTimeout(Client.CONNECT_TIMEOUT)
                .callTimeout(Client.CALL_TIMEOUT)
                .build();
        HealthProbe okHttpProbe = OkHttpProbe.get(okHttp, "/health");
        return List.of(
                new Client.Kind(
                        "java.net.http", ANY, true, HttpProbe.get(jdk, "/health"), orders -> new Jdk(jdk, orders)),
                new Client.Kind(
                        "OkHttp",
                        ANY,
                        false,
                        okHttpProbe,
                        orders -> new OkHttp(BalancedOkHttp.builder(okHttp, orders))),
                new Client.Kind(
                        "OkHttp with bufferResponses",
                        IN_BODIES,
                        false,
                        okHttpProbe,
                        orders -> new OkHttp(
                                BalancedOkHttp.builder(okHttp, orders).bufferResponses(BUFFERED_BYTES))));
    }

    private static Dispatcher manyCalls() {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(2000);
        dispatcher.setMaxRequestsPerHost(2000);
        return dispatcher;
    }

    private static void check(int status, int length) {
        if (status != 200 || length != FaultyServer.ANSWER_LENGTH) {
            throw new IllegalStateException(status + ", " + length + " characters");
        }
    }

    private static final class Jdk implements Client {

        private final BalancedHttpClient client;

        Jdk(HttpClient plain, LoadBalancer orders) {
            client = BalancedHttpClient.builder(plain, orders)
                    .retries(RETRIES)
                    .callTimeout(CALL_TIMEOUT)
                    .build();
        }

        @Override
        public CompletableFuture<?> call(String method) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(URL))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            return client.sendAsync(request, BodyHandlers.ofString())
                    .thenAccept(response ->
                            check(response.statusCode(), response.body().length()));
        }

        @Override
        public void close() {} // the plain one serves the next run as well
    }

    private static final class OkHttp implements Client {

        private final OkHttpClient client;

        OkHttp(BalancedOkHttp.Builder builder) {
            client = builder.retries(RETRIES).build();
        }

        @Override
        public CompletableFuture<?> call(String method) {
            Request request = new Request.Builder()
                    .url(URL)
                    .method(method, method.equals("GET") ? null : RequestBody.create(new byte[0]))
                    .build();
            CompletableFuture<@Nullable Void> answered = new CompletableFuture<>();
            client.newCall(request).enqueue(new Callback() {
                @Override
                public void onFailure(okhttp3.Call call, IOException failure) {
                    answered.completeExceptionally(failure);
                }

                @Override
                public void onResponse(okhttp3.Call call, Response response) {
                    try (response) {
                        check(response.code(), response.body().string().length());
                        answered.complete(null);
                    } catch (IOException | RuntimeException failed) {
                        answered.completeExceptionally(failed);
                    }
                }
            });
            return answered;
        }

        @Override
        public void close() {}
    }
}
