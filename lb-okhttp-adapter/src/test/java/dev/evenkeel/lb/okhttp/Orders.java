package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.discovery.Registration;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * The service {@code orders} with its instances, for one test, and a client in front of it. At the end of every test
 * nothing is in flight, and after closing no thread of ours is left.
 */
final class Orders implements AutoCloseable {

    private final List<AutoCloseable> servers = new ArrayList<>();
    private final InMemoryRegistry registry;
    private final Map<String, Registration> registrations = new HashMap<>();
    private final LoadBalancer balancer;
    private final OkHttpClient raw;
    private final OkHttpClient http;

    private Orders(
            InMemoryRegistry registry, LoadBalancerBuilder balancing, UnaryOperator<OkHttpClient.Builder> settings) {
        this.registry = registry;
        this.balancer = balancing.build();
        this.raw = settings.apply(new OkHttpClient.Builder().connectTimeout(Duration.ofSeconds(5)))
                .build();
        this.http = BalancedOkHttp.wrap(raw, balancer);
    }

    /** Nobody yet. */
    static Orders empty() {
        return with(UnaryOperator.identity());
    }

    /** These servers, which are closed with it. */
    static Orders of(ScriptedServer... servers) {
        return with(UnaryOperator.identity(), servers);
    }

    /** These servers, and a client with these settings. */
    static Orders with(UnaryOperator<OkHttpClient.Builder> settings, ScriptedServer... servers) {
        Orders orders = service("orders", UnaryOperator.identity(), settings);
        for (ScriptedServer server : servers) {
            orders.add(server.instance(), server);
        }
        return orders;
    }

    /** Another service, or a balancer with settings of its own. */
    static Orders service(
            String name, UnaryOperator<LoadBalancerBuilder> balancing, UnaryOperator<OkHttpClient.Builder> settings) {
        InMemoryRegistry registry = new InMemoryRegistry();
        LoadBalancerBuilder builder = LoadBalancer.builder(name)
                .source(registry)
                .strategy(Strategies.roundRobin())
                .outlierDetection(OutlierConfig.off()); // on a busy machine some outcomes do not count
        return new Orders(registry, balancing.apply(builder), settings);
    }

    /** Whoever this source says; the client waits that long for the first list. */
    static Orders over(InstanceSource source, Duration firstListTimeout) {
        return new Orders(
                new InMemoryRegistry(),
                LoadBalancer.builder("orders").source(source).firstListTimeout(firstListTimeout),
                UnaryOperator.identity());
    }

    /** Takes in an instance, and something to close with the rest. */
    Orders add(ServiceInstance instance, AutoCloseable server) {
        servers.add(server);
        registrations.put(instance.id(), registry.register(balancer.serviceName(), instance));
        return this;
    }

    /** The instance says that it leaves. */
    void leave(ScriptedServer server) {
        leave(server.instance());
    }

    void leave(ServiceInstance instance) {
        registrations.get(instance.id()).close();
    }

    LoadBalancer balancer() {
        return balancer;
    }

    /** The client that balances. */
    OkHttpClient http() {
        return http;
    }

    /** The client underneath. */
    OkHttpClient raw() {
        return raw;
    }

    /** The body of the response to a GET. */
    String get(String url) throws IOException {
        try (Response response = http.newCall(request(url)).execute()) {
            return response.body().string();
        }
    }

    /** The status of the response to a POST. */
    int post(String url, String body) throws IOException {
        Request request = new Request.Builder()
                .url(url)
                .post(RequestBody.create(body, null))
                .build();
        try (Response response = http.newCall(request).execute()) {
            return response.code();
        }
    }

    static Request request(String url) {
        return new Request.Builder().url(url).build();
    }

    /** The response to a call, when it is there. */
    static CompletableFuture<Response> enqueue(Call call) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        call.enqueue(new Callback() {
            @Override
            public void onResponse(Call call, Response response) {
                answer.complete(response);
            }

            @Override
            public void onFailure(Call call, IOException failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    int inFlight() {
        return balancer.snapshot().instances().stream()
                .mapToInt(InstanceSnapshot::inFlight)
                .sum();
    }

    long picks() {
        return balancer.snapshot().instances().stream()
                .mapToLong(InstanceSnapshot::picks)
                .sum();
    }

    /** How many calls have ended this way, on all instances that are there. */
    long ended(Outcome.Kind kind) {
        return balancer.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(kind))
                .sum();
    }

    InstanceSnapshot only() {
        assertThat(balancer.snapshot().instances()).hasSize(1);
        return balancer.snapshot().instances().get(0);
    }

    void awaitInFlight(int expected) {
        Eventually.until(expected + " in flight", balancer::snapshot, () -> inFlight() == expected);
    }

    @Override
    public void close() {
        try {
            awaitInFlight(0);
            assertThat(balancer.snapshot().instances())
                    .allSatisfy(instance -> assertThat(instance.unreported()).isZero());
        } finally {
            balancer.close();
            servers.forEach(Orders::closeServer);
            raw.dispatcher().executorService().shutdownNow();
            raw.connectionPool().evictAll();
        }
        Eventually.noThreadsNamed("evenkeel-");
    }

    private static void closeServer(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }
}
