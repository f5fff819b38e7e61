package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.discovery.Registration;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/** What the contract does not know of HTTP/2: no other client pushes, or has no room. In clear text, with Jetty. */
class Http2Test {

    private final List<JettyServer> servers = new ArrayList<>();
    private final HttpClient plain =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private LoadBalancer orders;
    private BalancedHttpClient http;

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        try {
            Eventually.until(
                    "nothing is in flight",
                    orders::snapshot,
                    () -> orders.snapshot().inFlight() == 0);
            assertThat(orders.snapshot().instances())
                    .allSatisfy(instance -> assertThat(instance.unreported()).isZero());
        } finally {
            for (JettyServer server : servers) {
                server.gate.countDown();
                server.close();
            }
            http.shutdownNow();
            orders.close();
        }
    }

    @Test
    void failsWhenNoConnectionHasRoom() throws Exception {
        balance(Strategies.roundRobin(), server(1), server(1));
        connectToEach();
        List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            held.add(http.sendAsync(request("/held"), BodyHandlers.ofString()));
        }
        Eventually.until("both are busy", () -> servers.stream().allMatch(server -> server.held.get() == 1));
        assertThatThrownBy(() -> http.send(request("/x"), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too many concurrent streams");
        assertThat(http.sendAsync(request("/x"), BodyHandlers.ofString())).failsWithin(Eventually.PATIENCE);
        assertThat(outcomes(Kind.OVERLOADED)).isEqualTo(4);
        assertThat(outcomes(Kind.FAILED) + outcomes(Kind.NEVER_REACHED)).isZero();
        servers.forEach(server -> server.gate.countDown());
        for (CompletableFuture<HttpResponse<String>> call : held) {
            assertThat(get(call).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void bringsWhatIsPushedAsTheServices() throws Exception {
        balance(Strategies.roundRobin(), server(100));
        connectToEach();
        Map<HttpRequest, CompletableFuture<HttpResponse<String>>> pushed = new ConcurrentHashMap<>();
        HttpRequest request = request("/page");
        List<HttpRequest> initiating = new CopyOnWriteArrayList<>();
        PushPromiseHandler<String> collecting = (initiator, promised, acceptor) -> {
            initiating.add(initiator);
            pushed.put(promised, acceptor.apply(BodyHandlers.ofString()));
        };
        HttpResponse<String> page = get(http.sendAsync(request, BodyHandlers.ofString(), collecting));
        assertThat(page.body()).isEqualTo("page");
        assertThat(page.version()).isEqualTo(HttpClient.Version.HTTP_2);
        Eventually.until("something is pushed", () -> pushed.size() == 1); // beside the page, not before it
        assertThat(initiating).containsExactly(request);
        HttpRequest promised = pushed.keySet().iterator().next();
        assertThat(promised.uri()).isEqualTo(URI.create("http://orders/style"));
        HttpResponse<String> style = get(pushed.get(promised));
        assertThat(style.body()).isEqualTo("style");
        assertThat(style.uri()).isEqualTo(promised.uri());
        assertThat(BalancedHttpClient.instance(style)).isEqualTo(BalancedHttpClient.instance(page));
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(2);
    }

    /** Before 17.0.17, the client of the JDK fails what is in flight when a server says that it will go. */
    @Test
    @EnabledForJreRange(minVersion = 21)
    void losesNothingWhenAServerGoes() throws Exception {
        InMemoryRegistry registry = new InMemoryRegistry();
        JettyServer leaving = server(100);
        JettyServer staying = server(100);
        Registration registration = registry.register("orders", leaving.instance());
        Registration other = registry.register("orders", staying.instance());
        orders = LoadBalancer.builder("orders")
                .source(registry)
                .strategy(Strategies.roundRobin())
                .build();
        http = BalancedHttpClient.wrap(plain, orders);
        connectToEach();
        List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            held.add(http.sendAsync(request("/held"), BodyHandlers.ofString()));
        }
        Eventually.until("both have a request", () -> servers.stream().allMatch(server -> server.held.get() == 1));
        registration.close();
        CompletableFuture<Void> stopping = CompletableFuture.runAsync(leaving::close);
        Eventually.until("the server is about to stop", leaving::isStopping);
        for (int i = 0; i < 20; i++) {
            assertThat(http.send(request("/x"), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
        servers.forEach(server -> server.gate.countDown());
        for (CompletableFuture<HttpResponse<String>> call : held) {
            assertThat(get(call).statusCode()).isEqualTo(200);
        }
        get(stopping);
        other.close();
    }

    private void balance(LoadBalancingStrategy strategy, JettyServer... instances) {
        orders = LoadBalancer.builder("orders")
                .instances(
                        List.of(instances).stream().map(JettyServer::instance).toList())
                .strategy(strategy)
                .build();
        http = BalancedHttpClient.wrap(plain, orders);
    }

    /** A connection that is there, and upgraded, as calls at the same time would each make one. */
    private void connectToEach() throws Exception {
        for (JettyServer server : servers) {
            HttpResponse<String> response = plain.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/x"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        }
        http.send(request("/x"), BodyHandlers.ofString());
    }

    private JettyServer server(int maxStreams) throws Exception {
        JettyServer server = JettyServer.clear(maxStreams);
        servers.add(server);
        return server;
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://orders" + path)).build();
    }

    private long outcomes(Kind kind) {
        return orders.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(kind))
                .sum();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
