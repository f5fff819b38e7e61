package dev.evenkeel.lb.benchmarks.overhead;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** The client of the JDK, blocking. */
final class JdkWays {

    private static final BodyHandler<byte[]> WHOLE = BodyHandlers.ofByteArray();

    private JdkWays() {}

    static Subject subject(int port, LoadBalancer hello) {
        return new Subject("java.net.http", 1.10, plain(port), floor(port), balanced(hello));
    }

    /** The client as it is. */
    static Way plain(int port) {
        return new Calls(client(), "http://127.0.0.1:" + port + "/hello");
    }

    private static Way floor(int port) {
        return new Calls(client(), "http://127.0.0.1:" + port + "/hello") {
            @Override
            HttpResponse<byte[]> send() throws Exception {
                CompletableFuture<HttpResponse<byte[]>> future = new CompletableFuture<>();
                HttpRequest copy =
                        HttpRequest.newBuilder(request, (name, value) -> true).build();
                future.complete(client.send(copy, head -> new Ending(WHOLE.apply(head))));
                return future.get();
            }
        };
    }

    /** The client with a balancer of {@code hello}. */
    static Way balanced(LoadBalancer hello) {
        return new Calls(BalancedHttpClient.wrap(client(), hello), "http://hello/hello");
    }

    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    private static class Calls implements Way {

        final HttpClient client;
        final HttpRequest request;

        Calls(HttpClient client, String url) {
            this.client = client;
            this.request = HttpRequest.newBuilder(URI.create(url)).build();
        }

        HttpResponse<byte[]> send() throws Exception {
            return client.send(request, WHOLE);
        }

        @Override
        public void call() throws Exception {
            Slice.check(send().body());
        }

        /** Nothing to close on 17, where a client ends when nobody has it any more. */
        @Override
        public void close() {}
    }

    /** Knows when the body has ended. */
    private static final class Ending implements BodySubscriber<byte[]> {

        private final BodySubscriber<byte[]> body;

        Ending(BodySubscriber<byte[]> body) {
            this.body = body;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body.getBody();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            body.onSubscribe(subscription);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            body.onNext(buffers);
        }

        @Override
        public void onError(Throwable failure) {
            body.onError(failure);
        }

        @Override
        public void onComplete() {
            body.onComplete();
        }
    }
}
