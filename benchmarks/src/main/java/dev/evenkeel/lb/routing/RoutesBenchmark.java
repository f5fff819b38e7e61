package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.LoadBalancer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What it costs to find the rule for a request among n, by hosts, by prefixes on one host, and by templates with a method on
 * any host; and when there is none.
 *
 * <p>Conditions: there are 256 requests in turn, each for another rule, with paths of some 30 characters; they exist
 * beforehand, as making them is the client's. The floor is a look-up in a table of hosts, which is what {@link Router#of} does.
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutesBenchmark { // not final: JMH derives from it

    private static final int REQUESTS = 256;

    @Param({"10", "1000"})
    public int n;

    private LoadBalancer balancer;
    private Router floor;
    private Routes hosts;
    private Routes prefixes;
    private Routes templates;
    private final Asked[] requests = new Asked[REQUESTS];
    private final Asked[] strangers = new Asked[REQUESTS];
    private int turn;

    @Setup
    public void setUp() {
        balancer = LoadBalancer.builder("service-1.shop.example")
                .instances("10.0.0.1:80")
                .build();
        floor = Router.of(balancer);
        List<Rule> byHost = new ArrayList<>();
        List<Rule> byPrefix = new ArrayList<>();
        List<Rule> byTemplate = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            byHost.add(Rule.to(balancer).host("service-" + i + ".shop.example"));
            byPrefix.add(Rule.to(balancer).host("*.shop.example").path("/api/service-" + i + "/**"));
            byTemplate.add(
                    Rule.to(balancer).path("/api/service-" + i + "/orders/{id}").method("GET"));
        }
        hosts = Routes.of(byHost);
        prefixes = Routes.of(byPrefix);
        templates = Routes.of(byTemplate);
        for (int i = 0; i < REQUESTS; i++) {
            int service = (int) ((long) i * n / REQUESTS);
            String path = "/api/service-" + service + "/orders/" + (100_000 + i);
            requests[i] = new Asked("service-" + service + ".shop.example", path);
            strangers[i] = new Asked("service-" + service + ".elsewhere.example", "/other" + path);
        }
    }

    @TearDown
    public void tearDown() {
        balancer.close();
    }

    @Benchmark
    public Route floor() {
        return floor.resolve(next(requests));
    }

    @Benchmark
    public Route byHost() {
        return hosts.resolve(next(requests));
    }

    @Benchmark
    public Route byPrefix() {
        return prefixes.resolve(next(requests));
    }

    @Benchmark
    public Route byTemplate() {
        return templates.resolve(next(requests));
    }

    @Benchmark
    public Route byNone() {
        return templates.resolve(next(strangers));
    }

    private Asked next(Asked[] from) {
        return from[turn++ & (REQUESTS - 1)];
    }

    private record Asked(String host, String path) implements RoutedRequest {

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public Optional<String> query() {
            return Optional.empty();
        }

        @Override
        public Optional<String> header(String name) {
            return Optional.empty();
        }
    }
}
