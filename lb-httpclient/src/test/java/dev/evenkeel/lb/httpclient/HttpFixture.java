package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** Two instances of {@code orders}, taken in turn, and a balanced client; after each test nothing may be in flight. */
abstract class HttpFixture {

    static final int JAVA = Runtime.version().feature();

    final ScriptedServer one = ScriptedServer.start();
    final ScriptedServer two = ScriptedServer.start();

    /** For those whose balancer is {@linkplain #timed timed} by it. */
    final VirtualClock clock = new VirtualClock();

    /** What outcomes bring about is not looked at here, nor whether the machine is too busy for them to count. */
    final LoadBalancer orders = timed(LoadBalancer.builder("orders")
                    .instances(one.hostPort(), two.hostPort())
                    .strategy(Strategies.roundRobin())
                    .outlierDetection(OutlierConfig.off()))
            .build();

    final HttpClient plain = newPlainClient().build();
    final BalancedHttpClient http = BalancedHttpClient.wrap(plain, orders);

    /** Time as it passes, unless a test does it otherwise. */
    LoadBalancerBuilder timed(LoadBalancerBuilder builder) {
        return builder;
    }

    /** Not a condition on the test: that is asked when the servers run already, and then nobody would stop them. */
    static void assumeJava(int atLeast) {
        assumeTrue(JAVA >= atLeast);
    }

    static HttpClient.Builder newPlainClient() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
    }

    static HttpRequest get(String url) {
        return HttpRequest.newBuilder(URI.create(url)).build();
    }

    int requestCount() {
        return one.requestCount() + two.requestCount();
    }

    int openConnections() {
        return one.openConnections() + two.openConnections();
    }

    int inFlight() {
        return orders.snapshot().inFlight();
    }

    void awaitNothingInFlight() {
        Eventually.until("nothing is in flight", orders::snapshot, () -> inFlight() == 0);
    }

    /** Calls that ended this way, over all instances. */
    long outcomes(Outcome.Kind kind) {
        return orders.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(kind))
                .sum();
    }

    long picks() {
        return orders.snapshot().instances().stream()
                .mapToLong(InstanceSnapshot::picks)
                .sum();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        try {
            awaitNothingInFlight();
            assertThat(orders.snapshot().instances())
                    .allSatisfy(instance -> assertThat(instance.unreported()).isZero());
        } finally {
            http.shutdownNow();
            orders.close();
            one.close();
            two.close();
        }
    }
}
