package dev.evenkeel.lb.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.AdaptiveLimit;
import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.examples.support.DemoServer;
import dev.evenkeel.lb.examples.support.Waiting;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import dev.evenkeel.lb.httpclient.HttpProbe;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import dev.evenkeel.lb.okhttp.OkHttpProbe;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import feign.Feign;
import feign.RequestLine;
import feign.http2client.Http2Client;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import retrofit2.Call;
import retrofit2.Retrofit;
import retrofit2.http.GET;

/** The snippets of the README, run against two servers. */
@Timeout(60)
class ReadmeSnippetsTest {

    private final DemoServer alpha = DemoServer.start("alpha", Duration.ZERO);
    private final DemoServer beta = DemoServer.start("beta", Duration.ZERO);
    private final InMemoryRegistry registry = new InMemoryRegistry();
    private final List<InetSocketAddress> talkedTo = new ArrayList<>();
    private final ProxySelector proxies = ProxySelector.getDefault();

    ReadmeSnippetsTest() throws IOException {}

    @BeforeEach
    void register() {
        for (String service : List.of("orders", "carts")) {
            registry.register(service, alpha.instance());
            registry.register(service, beta.instance());
        }
    }

    @AfterEach
    void stop() throws IOException {
        ProxySelector.setDefault(proxies);
        alpha.close();
        beta.close();
    }

    @Test
    void callsThatSurvive() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            // snippet
            HttpClient http = BalancedHttpClient.builder(client, orders)
                    .retries(RetryPolicy.builder()
                            .attemptTimeout(Duration.ofMillis(250))
                            .onStatus(502, 503, 504)
                            .build())
                    .hedging(HedgePolicy.defaults())
                    .callTimeout(Duration.ofSeconds(2))
                    .build();
            // end
            assertThat(http).isInstanceOf(BalancedHttpClient.class);
        }
    }

    @Test
    void fourWaysIn() throws Exception {
        // The addresses of the snippet are nowhere. So that it runs as it stands, alpha answers for them, as a proxy.
        ProxySelector.setDefault(ProxySelector.of(alpha.instance().address()));

        // snippet
        // 1. wrap the client that you have
        LoadBalancer orders = LoadBalancer.builder("orders")
                .instances("10.0.0.1:8080", "10.0.0.2:8080")
                .build();
        HttpClient http = BalancedHttpClient.wrap(HttpClient.newHttpClient(), orders);
        http.send(HttpRequest.newBuilder(URI.create("http://orders/v1/42")).build(), BodyHandlers.ofString());

        // 2. a custom strategy is a function that returns a function
        LoadBalancingStrategy first = candidates -> request -> candidates.get(0);

        // 3. read the pool in a unit test
        assertThat(orders.snapshot().instance("10.0.0.1:8080").inFlight()).isZero();

        // 4. no HTTP at all: take a lease, do the work, say how it went
        try (Lease lease = orders.acquire()) {
            talkTo(lease.instance().address());
            lease.succeeded();
        }
        // end

        assertThat(orders.snapshot().instances().stream()
                        .mapToLong(instance -> instance.outcomes(Outcome.Kind.SUCCESS))
                        .sum())
                .isEqualTo(2);
        assertThat(talkedTo).hasSize(1);
        orders.close();
        try (LoadBalancer firstOnly =
                LoadBalancer.builder("orders").source(registry).strategy(first).build()) {
            assertThat(firstOnly.acquire().instance()).isEqualTo(alpha.instance());
        }
    }

    @Test
    void okHttp() throws Exception {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            // snippet
            OkHttpClient http = BalancedOkHttp.wrap(new OkHttpClient(), orders);
            try (Response response = http.newCall(
                            new Request.Builder().url("http://orders/v1/42").build())
                    .execute()) {
                System.out.println(response.body().string());
            }
            // end
            assertThat(successes(orders)).isEqualTo(1);
        }
    }

    @Test
    void stickyKeys() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://carts/v1/items")).build();
        // snippet
        LoadBalancer carts = LoadBalancer.builder("carts")
                .source(registry)
                .strategy(Strategies.stickyKey(Strategies.leastInFlight()))
                .build();
        BalancedHttpClient http = BalancedHttpClient.wrap(client, carts);
        http.with(PickRequest.stickyTo("user-7")).send(request, BodyHandlers.ofString());
        // end
        for (int i = 0; i < 10; i++) {
            http.with(PickRequest.stickyTo("user-7")).send(request, BodyHandlers.ofString());
        }
        OkHttpClient okHttp = BalancedOkHttp.wrap(new OkHttpClient(), carts);
        okHttp.newCall(tagged()).execute().close();
        assertThat(carts.snapshot().instances())
                .extracting(InstanceSnapshot::picks)
                .containsExactlyInAnyOrder(0L, 12L);
        carts.close();
    }

    private static Request tagged() {
        // snippet
        Request request = new Request.Builder()
                .url("http://carts/v1/items")
                .tag(PickRequest.class, PickRequest.stickyTo("user-7"))
                .build();
        // end
        return request;
    }

    @Test
    void limits() {
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(registry)
                .maxInFlightPerInstance(AdaptiveLimit.defaults())
                .queue(100, Duration.ofMillis(500))
                .build();
        // end
        List<Lease> leases = new ArrayList<>();
        while (orders.snapshot().inFlight() < 2 * 20) {
            leases.add(orders.acquire());
        }
        CompletableFuture<Lease> waiting = orders.acquireAsync();
        assertThat(waiting).isNotDone();
        leases.get(0).succeeded();
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(10));
        orders.close();
    }

    @Test
    void severalServices() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        try (LoadBalancer orders =
                        LoadBalancer.builder("orders").source(registry).build();
                LoadBalancer carts =
                        LoadBalancer.builder("carts").source(registry).build()) {
            // snippet
            HttpClient http = BalancedHttpClient.wrap(client, orders, carts);
            // end
            http.send(
                    HttpRequest.newBuilder(URI.create("http://carts/v1/items")).build(), BodyHandlers.ofString());
            http.send(HttpRequest.newBuilder(URI.create("http://orders/v1/42")).build(), BodyHandlers.ofString());
            assertThat(successes(orders)).isEqualTo(1);
            assertThat(successes(carts)).isEqualTo(1);
        }
    }

    @Test
    void aBuilderForLibraries() throws Exception {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            // snippet
            HttpClient.Builder builder = BalancedHttpClient.builder(orders);
            HttpClient built = builder.connectTimeout(Duration.ofSeconds(2)).build();
            // end
            built.send(HttpRequest.newBuilder(URI.create("http://orders/v1/42")).build(), BodyHandlers.ofString());
            assertThat(successes(orders)).isEqualTo(1);
        }
    }

    @Test
    void healthChecks() {
        HttpClient client = HttpClient.newHttpClient();
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(registry)
                .healthCheck(HttpProbe.get(client, "/health"))
                .build();
        // end
        awaitHealth(orders);
        orders.close();
    }

    @Test
    void healthChecksOfOkHttpAndTcp() {
        HealthProbe okHttp = OkHttpProbe.get(new OkHttpClient(), "/health");
        for (HealthProbe probe : List.of(okHttp, HealthProbe.tcp())) {
            ProbeConfig config =
                    ProbeConfig.builder().interval(Duration.ofMillis(100)).build();
            try (LoadBalancer orders = LoadBalancer.builder("orders")
                    .source(registry)
                    .healthCheck(probe, config)
                    .build()) {
                awaitHealth(orders);
            }
        }
    }

    @Test
    void listener() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        Pager pager = heard::complete;
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            // snippet
            orders.addListener(new LoadBalancerListener() {
                @Override
                public void left(String serviceName, ServiceInstance instance) {
                    pager.send(instance + " has left " + serviceName);
                }
            });
            // end
            registry.deregister("orders", "beta");
            assertThat(heard.get(10, TimeUnit.SECONDS)).startsWith("beta at ").endsWith(" has left orders");
        }
    }

    @Test
    void spring() {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            HttpClient http = BalancedHttpClient.wrap(HttpClient.newHttpClient(), orders);
            // snippet
            RestClient rest = RestClient.builder()
                    .requestFactory(new JdkClientHttpRequestFactory(http))
                    .baseUrl("http://orders")
                    .build();
            // end
            assertThat(rest.get().uri("/v1/42").retrieve().body(String.class)).isIn("alpha", "beta");
            assertThat(successes(orders)).isEqualTo(1);
        }
    }

    @Test
    void retrofit() throws Exception {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            OkHttpClient http = BalancedOkHttp.wrap(new OkHttpClient(), orders);
            // snippet
            Retrofit retrofit = new Retrofit.Builder()
                    .baseUrl("http://orders/")
                    .client(http)
                    .build();
            // end
            try (ResponseBody body =
                    retrofit.create(RetrofitOrders.class).order().execute().body()) {
                assertThat(body).isNotNull();
                assertThat(body.string()).isIn("alpha", "beta");
            }
            assertThat(successes(orders)).isEqualTo(1);
        }
    }

    @Test
    void feign() {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            // snippet
            HttpClient client = HttpClient.newBuilder()
                    .connectTimeout(Duration.ofSeconds(10))
                    .followRedirects(HttpClient.Redirect.ALWAYS)
                    .build();
            OrdersApi api = Feign.builder()
                    .client(new Http2Client(BalancedHttpClient.wrap(client, orders)))
                    .target(OrdersApi.class, "http://orders");
            // end
            assertThat(api.order()).isIn("alpha", "beta");
            assertThat(successes(orders)).isEqualTo(1);
        }
    }

    /** What is told of an instance that is gone. */
    private interface Pager {
        void send(String text);
    }

    private interface OrdersApi {
        @RequestLine("GET /v1/42")
        String order();
    }

    private interface RetrofitOrders {
        @GET("v1/42")
        Call<ResponseBody> order();
    }

    private void talkTo(InetSocketAddress address) {
        talkedTo.add(address);
    }

    private static long successes(LoadBalancer balancer) {
        return balancer.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(Outcome.Kind.SUCCESS))
                .sum();
    }

    private static void awaitHealth(LoadBalancer balancer) {
        assertThat(Waiting.until(
                        () -> balancer.snapshot().instances().stream()
                                .allMatch(instance -> instance.health() == HealthStatus.HEALTHY),
                        Duration.ofSeconds(20)))
                .as(() -> balancer.snapshot().toString())
                .isTrue();
    }
}
