package dev.evenkeel.lb.examples;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.examples.support.DemoServer;
import dev.evenkeel.lb.examples.support.Facts;
import dev.evenkeel.lb.examples.support.Journal;
import dev.evenkeel.lb.examples.support.Load;
import dev.evenkeel.lb.examples.support.PoolTable;
import dev.evenkeel.lb.examples.support.Promises;
import dev.evenkeel.lb.examples.support.Screen;
import dev.evenkeel.lb.examples.support.Stage;
import dev.evenkeel.lb.examples.support.Summary;
import dev.evenkeel.lb.examples.support.Users;
import dev.evenkeel.lb.examples.support.Waiting;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import dev.evenkeel.lb.httpclient.HttpProbe;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import dev.evenkeel.lb.okhttp.OkHttpProbe;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Three servers, two HTTP clients, three strategies; one server is killed under load, and revived. Shows what happens, and
 * then checks that what should have happened did: if not, the exit code is 1.
 */
public final class QuickStart implements AutoCloseable {

    private static final String ROUND_ROBIN = "round-robin";
    private static final String LEAST_IN_FLIGHT = "least-in-flight";
    private static final String STICKY_KEY = "sticky-key";
    private static final List<String> KEYS =
            IntStream.rangeClosed(1, 12).mapToObj(i -> "user-" + i).toList();

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration LAST_STAGE_BEGINS_BY = Duration.ofSeconds(22);
    private static final int MIN_CALLS = 2 * KEYS.size(); // in each stage, however slow the machine is

    private static final int MAX_SHOWN = 20;

    private static final ProbeConfig OFTEN = ProbeConfig.builder()
            .interval(Duration.ofMillis(300))
            .unhealthyInterval(Duration.ofMillis(200))
            .timeout(Duration.ofSeconds(4))
            .rise(2)
            .fall(2)
            .build();

    // Three servers, the last one slow.
    private final DemoServer alpha = DemoServer.start("alpha", Duration.ofMillis(10));
    private final DemoServer beta = DemoServer.start("beta", Duration.ofMillis(20));
    private final DemoServer gamma = DemoServer.start("gamma", Duration.ofMillis(60));
    private final List<ServiceInstance> servers = List.of(alpha.instance(), beta.instance(), gamma.instance());

    // The clients that a program has anyway.
    private final HttpClient plainHttp =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final OkHttpClient plainOkHttp =
            new OkHttpClient.Builder().callTimeout(CALL_TIMEOUT).build();

    // A balancer for each service. Here the same servers play three services, to compare three strategies.
    private final LoadBalancer roundRobin =
            balancer(ROUND_ROBIN, Strategies.roundRobin(), HttpProbe.get(plainHttp, "/health"));
    private final LoadBalancer leastInFlight =
            balancer(LEAST_IN_FLIGHT, Strategies.leastInFlight(), OkHttpProbe.get(plainOkHttp, "/health"));
    private final LoadBalancer stickyKey =
            balancer(STICKY_KEY, Strategies.stickyKey(Strategies.roundRobin()), HealthProbe.tcp());
    private final List<LoadBalancer> balancers = List.of(roundRobin, leastInFlight, stickyKey);

    // The same clients, balanced. They share the balancers, so each one counts what the other has in flight.
    private final BalancedHttpClient http = BalancedHttpClient.wrap(plainHttp, roundRobin, leastInFlight, stickyKey);
    private final OkHttpClient okHttp = BalancedOkHttp.wrap(plainOkHttp, roundRobin, leastInFlight, stickyKey);

    private final List<Users> everybody = List.of(
            new Users(ROUND_ROBIN, "http", List.of(), this::callHttp),
            new Users(ROUND_ROBIN, "okhttp", List.of(), this::callOkHttp),
            new Users(LEAST_IN_FLIGHT, "http", List.of(), this::callHttp),
            new Users(LEAST_IN_FLIGHT, "okhttp", List.of(), this::callOkHttp),
            new Users(STICKY_KEY, "http", KEYS, this::callHttp),
            new Users(STICKY_KEY, "okhttp", KEYS, this::callOkHttp));

    private final Journal journal = new Journal();
    private final PoolTable table;
    private final Duration stageLength;

    QuickStart(PoolTable table, Duration stageLength) throws IOException {
        this.table = table;
        this.stageLength = stageLength;
    }

    public static void main(String[] args) throws Exception {
        PoolTable table = new PoolTable(System.out, PoolTable.isTerminal(System.getenv()));
        List<String> broken;
        try (QuickStart quickStart = new QuickStart(table, Duration.ofSeconds(2))) {
            Facts facts = quickStart.run();
            Summary.of(facts).forEach(System.out::println);
            broken = brokenPromises(facts);
        }
        if (broken.isEmpty()) {
            System.out.println("All promises kept.");
            return;
        }
        broken.stream().limit(MAX_SHOWN).forEach(promise -> System.out.println("NOT KEPT: " + promise));
        System.out.println(broken.size() + " promises not kept.");
        System.exit(1);
    }

    static List<String> brokenPromises(Facts facts) {
        Set<String> services = Set.of(ROUND_ROBIN, LEAST_IN_FLIGHT, STICKY_KEY);
        return Promises.broken(facts, services, Set.of("http", "okhttp"), Set.of(ROUND_ROBIN), Set.of(STICKY_KEY));
    }

    private LoadBalancer balancer(String service, LoadBalancingStrategy strategy, HealthProbe probe) {
        return LoadBalancer.builder(service)
                .instances(servers)
                .strategy(strategy)
                .healthCheck(probe, OFTEN)
                .build();
    }

    private String callHttp(String service, Optional<String> key) throws IOException, InterruptedException {
        HttpClient client = key.isPresent() ? http.with(PickRequest.stickyTo(key.get())) : http;
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + service + "/work"))
                .timeout(CALL_TIMEOUT)
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    private String callOkHttp(String service, Optional<String> key) throws IOException {
        Request.Builder request = new Request.Builder().url("http://" + service + "/work");
        key.ifPresent(sticky -> request.tag(PickRequest.class, PickRequest.stickyTo(sticky)));
        try (Response response = okHttp.newCall(request.build()).execute()) {
            return response.body().string();
        }
    }

    /** Plays the five stages, and returns what happened. */
    Facts run() throws IOException {
        try (Screen screen = Screen.show(table, balancers, journal::elapsed)) {
            awaitBeta(HealthStatus.HEALTHY);
            play(Stage.ALL_UP, screen, () -> {});
            play(Stage.KILLED, screen, () -> {
                journal.kills("beta");
                beta.kill();
                awaitBeta(HealthStatus.UNHEALTHY);
            });
            play(Stage.DOWN, screen, () -> {});
            play(Stage.REVIVED, screen, () -> {
                beta.revive();
                awaitBeta(HealthStatus.HEALTHY);
            });
            play(Stage.BACK, screen, () -> {});
        }
        return journal.facts();
    }

    /** Lets everybody call while something happens. */
    private void play(Stage stage, Screen screen, Event event) throws IOException {
        if (timeLeft().isZero()) {
            return; // what this stage was to show counts as not shown
        }
        screen.headline(stage.headline());
        Duration end = journal.elapsed().plus(stageLength);
        try (Load load = Load.start(stage, everybody, journal)) {
            Waiting.until(() -> load.fewestCalls() > 0, timeLeft());
            event.happen();
            Waiting.until(
                    () -> load.fewestCalls() >= MIN_CALLS && journal.elapsed().compareTo(end) >= 0, timeLeft());
        }
        journal.endOf(stage, balancers);
    }

    /** What happens to beta in a stage. */
    private interface Event {
        void happen() throws IOException;
    }

    /** Waits until all balancers have found out how beta is. */
    private void awaitBeta(HealthStatus expected) {
        Waiting.until(
                () -> {
                    boolean everywhere = true;
                    for (LoadBalancer balancer : balancers) {
                        HealthStatus health =
                                balancer.snapshot().instance("beta").health();
                        everywhere &= health == expected;
                        if (health == HealthStatus.UNHEALTHY) {
                            journal.isDown(balancer.serviceName());
                        }
                    }
                    return everywhere;
                },
                timeLeft());
    }

    private Duration timeLeft() {
        Duration left = LAST_STAGE_BEGINS_BY.minus(journal.elapsed());
        return left.isNegative() ? Duration.ZERO : left;
    }

    @Override
    public void close() throws IOException {
        balancers.forEach(LoadBalancer::close);
        plainOkHttp.dispatcher().executorService().shutdown();
        plainOkHttp.connectionPool().evictAll();
        for (DemoServer server : List.of(alpha, beta, gamma)) {
            server.close();
        }
    }
}
