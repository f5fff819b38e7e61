package dev.evenkeel.lb.benchmarks.overhead;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** OkHttp, blocking. */
final class OkHttpWays {

    private static final Duration KEEP_ALIVE = Duration.ofMinutes(5);

    private OkHttpWays() {}

    static Subject subject(int port, LoadBalancer hello) {
        OkHttpClient floor =
                client().newBuilder().addInterceptor(OkHttpWays::floor).build();
        return new Subject("OkHttp", 1.05, plain(port), new Calls(floor, plainUrl(port)), balanced(hello));
    }

    /** The client as it is. */
    static Way plain(int port) {
        return new Calls(client(), plainUrl(port));
    }

    /** The client with a balancer of {@code hello}. */
    static Way balanced(LoadBalancer hello) {
        OkHttpClient balanced = BalancedOkHttp.builder(client(), hello)
                .idleConnections(Slice.CALLERS, KEEP_ALIVE)
                .build();
        return new Calls(balanced, "http://hello/hello");
    }

    private static String plainUrl(int port) {
        return "http://127.0.0.1:" + port + "/hello";
    }

    private static OkHttpClient client() {
        return new OkHttpClient.Builder()
                .connectTimeout(Duration.ofSeconds(5))
                .connectionPool(new ConnectionPool(Slice.CALLERS, KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS))
                .build();
    }

    private static Response floor(Interceptor.Chain chain) throws IOException {
        CompletableFuture<Response> ended = new CompletableFuture<>();
        chain.call().addEventListener(new EventListener() {
            @Override
            public void callEnd(Call call) {
                ended.complete(null);
            }
        });
        return chain.proceed(
                chain.request().newBuilder().tag(CompletableFuture.class, ended).build());
    }

    private static final class Calls implements Way {

        private final OkHttpClient client;
        private final Request request;

        Calls(OkHttpClient client, String url) {
            this.client = client;
            this.request = new Request.Builder().url(url).build();
        }

        @Override
        public void call() throws IOException {
            try (Response response = client.newCall(request).execute()) {
                Slice.check(response.body().bytes());
            }
        }

        @Override
        public void close() {
            client.dispatcher().executorService().shutdown();
            client.connectionPool().evictAll();
        }
    }
}
