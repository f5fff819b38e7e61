package dev.evenkeel.lb.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.discovery.Registration;
import dev.evenkeel.lb.examples.support.DemoServer;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import dev.evenkeel.lb.httpclient.HttpProbe;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import dev.evenkeel.lb.okhttp.OkHttpProbe;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.RoutedRequest;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** The snippets in the Javadoc of the core and of the adapters. */
class JavadocSnippetsTest {

    private final List<InetSocketAddress> talkedTo = new ArrayList<>();

    @Test
    void loadBalancer() {
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .instances("10.0.0.1:8080", "10.0.0.2:8080")
                .build();
        try (Lease lease = orders.acquire()) {
            talkTo(lease.instance().address());
            lease.succeeded();
        }
        // end
        assertThat(talkedTo).hasSize(1);
        orders.close();
    }

    @Test
    void lease() {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").instances("10.0.0.1:8080").build()) {
            // snippet
            try (Lease lease = orders.acquire()) {
                talkTo(lease.instance().address());
                lease.succeeded();
            }
            // end
            // snippet
            assertThat(orders.snapshot().instance("10.0.0.1:8080").inFlight()).isZero();
            // end
        }
    }

    @Test
    void serviceInstance() {
        // snippet
        ServiceInstance one = ServiceInstance.of("10.0.0.1:8080");
        ServiceInstance two = ServiceInstance.builder("10.0.0.2", 8080)
                .id("orders-7")
                .weight(2)
                .zone("a")
                .build();
        // end
        assertThat(one.id()).isEqualTo("10.0.0.1:8080");
        assertThat(two.zone()).hasValue("a");
    }

    @Test
    void pickRequest() {
        String userId = "u7";
        // snippet
        PickRequest request = PickRequest.builder()
                .stickyKey(userId)
                .requireMetadata("version", "2")
                .build();
        // end
        assertThat(request.stickyKey()).hasValue(userId);
    }

    @Test
    void inMemoryRegistry() {
        // snippet
        InMemoryRegistry registry = new InMemoryRegistry();
        Registration one = registry.register("orders", ServiceInstance.of("10.0.0.1:8080"), Duration.ofSeconds(10));
        LoadBalancer orders = LoadBalancer.builder("orders").source(registry).build();
        one.heartbeat();
        one.close();
        // end
        assertThat(orders.snapshot().instances()).isEmpty();
        orders.close();
    }

    @Test
    void instanceSource() {
        Directory directory = new Directory();
        // snippet
        InstanceSource source = sink -> {
            Watch watch = directory.watch(sink.serviceName(), sink::update, sink::failed);
            return watch::stop;
        };
        // end
        try (LoadBalancer orders = LoadBalancer.builder("orders").source(source).build()) {
            assertThat(orders.acquire().instance().id()).isEqualTo("10.0.0.1:8080");
        }
        assertThat(directory.stopped).isTrue();
    }

    @Test
    void polling() throws Exception {
        Directory directory = new Directory();
        // snippet
        InstanceSource source = InstanceSource.polling(service -> directory.instances(service), Duration.ofSeconds(10));
        // end
        try (LoadBalancer orders = LoadBalancer.builder("orders").source(source).build();
                Lease lease = orders.acquireAsync().get(10, TimeUnit.SECONDS)) {
            assertThat(lease.instance().id()).isEqualTo("10.0.0.1:8080");
        }
    }

    @Test
    void dns() {
        // snippet
        InstanceSource source = InstanceSource.dns("orders.internal", 8080, Duration.ofSeconds(30));
        // end
        assertThat(source).hasToString("DNS orders.internal:8080 every PT30S");
    }

    @Test
    void loadBalancingStrategy() {
        // snippet
        LoadBalancingStrategy first = candidates -> request -> candidates.get(0);
        // end
        try (LoadBalancer orders = LoadBalancer.builder("orders")
                .instances("10.0.0.1:8080", "10.0.0.2:8080")
                .strategy(first)
                .build()) {
            assertThat(orders.acquire().instance().id()).isEqualTo("10.0.0.1:8080");
            assertThat(orders.acquire().instance().id()).isEqualTo("10.0.0.1:8080");
        }
    }

    @Test
    void router() {
        try (LoadBalancer orders = LoadBalancer.builder("orders")
                        .instances("10.0.0.1:8080")
                        .build();
                LoadBalancer reports = LoadBalancer.builder("reports")
                        .instances("10.0.0.2:8080")
                        .build()) {
            // snippet
            Router router =
                    request -> request.path().startsWith("/reports/") ? Optional.of(reports) : Optional.of(orders);
            // end
            assertThat(router.route(get("/reports/1"))).containsSame(reports);
            assertThat(router.route(get("/v1/42"))).containsSame(orders);
        }
    }

    @Test
    void balancedHttpClient() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        try (DemoServer everywhere = DemoServer.start("everywhere", Duration.ZERO)) {
            ProxySelector.setDefault(ProxySelector.of(everywhere.instance().address()));
            // snippet
            LoadBalancer orders = LoadBalancer.builder("orders")
                    .instances("10.0.0.1:8080", "10.0.0.2:8080")
                    .build();
            HttpClient http = BalancedHttpClient.wrap(HttpClient.newHttpClient(), orders);
            http.send(HttpRequest.newBuilder(URI.create("http://orders/v1/42")).build(), BodyHandlers.ofString());
            // end
            assertThat(orders.snapshot().instances())
                    .extracting(instance -> instance.outcomes(Outcome.Kind.SUCCESS))
                    .containsExactlyInAnyOrder(0L, 1L);
            orders.close();
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void httpPickRequest() {
        HttpClient client = HttpClient.newHttpClient();
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").instances("10.0.0.1:8080").build()) {
            // snippet
            BalancedHttpClient.builder(client, orders)
                    .pickRequest(request -> request.headers()
                            .firstValue("X-User")
                            .map(PickRequest::stickyTo)
                            .orElse(PickRequest.EMPTY))
                    .stripHeaders("X-User")
                    .build();
            // end
        }
    }

    @Test
    void httpReplay() {
        HttpClient client = HttpClient.newHttpClient();
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").instances("10.0.0.1:8080").build()) {
            // snippet
            BalancedHttpClient.builder(client, orders)
                    .replay(request ->
                            request.headers().firstValue("Idempotency-Key").isPresent()
                                    ? Replay.ALWAYS
                                    : Replay.ofMethod(request.method()))
                    .build();
            // end
        }
    }

    @Test
    void httpProbe() {
        HttpClient client = HttpClient.newHttpClient();
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .instances("10.0.0.1:8080", "10.0.0.2:8080")
                .healthCheck(HttpProbe.get(client, "/health"))
                .build();
        // end
        assertThat(orders.snapshot().instances()).hasSize(2);
        orders.close();
    }

    @Test
    void okHttpPickRequest() throws IOException {
        OkHttpClient client = new OkHttpClient();
        try (DemoServer alpha = DemoServer.start("alpha", Duration.ZERO);
                DemoServer beta = DemoServer.start("beta", Duration.ZERO);
                LoadBalancer orders = LoadBalancer.builder("orders")
                        .instances(List.of(alpha.instance(), beta.instance()))
                        .strategy(Strategies.stickyKey(Strategies.roundRobin()))
                        .build()) {
            // snippet
            OkHttpClient http = BalancedOkHttp.builder(client, orders)
                    .pickRequest(request -> {
                        String user = request.header("X-User");
                        return user == null ? PickRequest.EMPTY : PickRequest.stickyTo(user);
                    })
                    .stripHeaders("X-User")
                    .build();
            // end
            Set<String> servers = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                Request request = new Request.Builder()
                        .url("http://orders/")
                        .header("X-User", "u7")
                        .build();
                try (Response response = http.newCall(request).execute()) {
                    servers.add(response.body().string());
                }
            }
            assertThat(servers).hasSize(1);
        }
    }

    @Test
    void okHttpProbe() {
        OkHttpClient client = new OkHttpClient();
        InMemoryRegistry registry = new InMemoryRegistry();
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(registry)
                .healthCheck(OkHttpProbe.get(client, "/health"))
                .build();
        // end
        assertThat(orders.snapshot().instances()).isEmpty();
        orders.close();
    }

    private void talkTo(InetSocketAddress address) {
        talkedTo.add(address);
    }

    private static RoutedRequest get(String path) {
        return new RoutedRequest() {
            @Override
            public String method() {
                return "GET";
            }

            @Override
            public String host() {
                return "api";
            }

            @Override
            public String path() {
                return path;
            }

            @Override
            public Optional<String> query() {
                return Optional.empty();
            }

            @Override
            public Optional<String> header(String name) {
                return Optional.empty();
            }
        };
    }

    /** What a source may be built on. */
    private static final class Directory {

        private boolean stopped;

        Watch watch(String service, Consumer<List<ServiceInstance>> onList, Consumer<Throwable> onFailure) {
            onList.accept(instances(service));
            onFailure.accept(new IllegalStateException(service + ": out of reach for a while"));
            return () -> stopped = true;
        }

        List<ServiceInstance> instances(String service) {
            assertThat(service).isEqualTo("orders");
            return List.of(ServiceInstance.of("10.0.0.1:8080"));
        }
    }

    private interface Watch {
        void stop();
    }
}
