package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadBalancerBuilderTest {

    private static final String NAME_EXPECTED =
            " (expected: a name that can be the host of a URL: letters, digits, '-' and '.', the last label starting"
                    + " with a letter";

    @Test
    void requiresAServiceName() {
        assertThatNullPointerException()
                .isThrownBy(() -> LoadBalancer.builder(null))
                .withMessage("serviceName");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "orders:80", "http://orders", "orders/x", "orders.1", "1.orders.2x"})
    void requiresAServiceNameThatCanBeAHost(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder(name))
                .withMessage("serviceName: " + name + NAME_EXPECTED + ")");
    }

    @Test
    void suggestsANameInsteadOfOneWithUnderscores() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder("order_service"))
                .withMessage("serviceName: order_service" + NAME_EXPECTED + ", for instance order-service)");
    }

    @Test
    void requiresANameThatIsNoAddress() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder("10.0.0.1"))
                .withMessage("serviceName: 10.0.0.1 (expected: the name of a service, not an address)");
    }

    @Test
    void foldsTheCaseOfTheName() {
        try (LoadBalancer orders =
                LoadBalancer.builder("Orders.V1").instances("h:80").build()) {
            assertThat(orders.serviceName()).isEqualTo("orders.v1");
        }
    }

    @Test
    void requiresInstancesOrASource() {
        assertThatIllegalStateException()
                .isThrownBy(() -> LoadBalancer.builder("orders").build())
                .withMessage("source: none (expected: instances(...) or source(...))");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder("orders").instances(List.of()))
                .withMessage("instances: none (expected: at least one, or a source)");
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> LoadBalancer.builder("orders").instances("h:80").source(new InMemoryRegistry()))
                .withMessage("source: given twice (expected: instances(...) or source(...), once)");
    }

    @Test
    void requiresALimitOfAtLeastOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder("orders").maxInFlightPerInstance(0))
                .withMessage("maxInFlightPerInstance: 0 (expected: >= 1)");
    }

    @Test
    void requiresASensibleWaitForTheFirstList() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder("orders").firstListTimeout(Duration.ofMillis(-1)))
                .withMessage("firstListTimeout: PT-0.001S (expected: 0..PT24H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder("orders").firstListTimeout(Duration.ofDays(300 * 365)))
                .withMessage("firstListTimeout: PT2628000H (expected: 0..PT24H)");
    }

    @Test
    void requiresASensibleTimeToWarmUp() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder("orders").warmUp(Duration.ofMillis(-1)))
                .withMessage("warmUp: PT-0.001S (expected: 0..PT24H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        LoadBalancer.builder("orders").warmUp(Duration.ofDays(1).plusNanos(1)))
                .withMessage("warmUp: PT24H0.000000001S (expected: 0..PT24H)");
    }

    @Test
    void requiresAZoneThatCanBeRead() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder("orders").zone(" "))
                .withMessage("zone:   (expected: at most 256 printable characters, not blank)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadBalancer.builder("orders").zone("a\nb"))
                .withMessage("zone: a\\u000ab (expected: at most 256 printable characters, not blank)");
    }

    @Test
    void requiresASensibleSubset() {
        LoadBalancerBuilder builder = LoadBalancer.builder("orders");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.subset(0, 0))
                .withMessage("size: 0 (expected: >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.subset(20, -1))
                .withMessage("clientIndex: -1 (expected: >= 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.subset(20, 5, 5))
                .withMessage("clients: 5 (expected: 6..1000000)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.subset(20, 5, 1_000_001))
                .withMessage("clients: 1000001 (expected: 6..1000000)");
    }

    @Test
    void namesWhatMustNotBeNull() {
        LoadBalancerBuilder builder = LoadBalancer.builder("orders");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.strategy(null))
                .withMessage("strategy");
        assertThatNullPointerException().isThrownBy(() -> builder.source(null)).withMessage("source");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.instances((String[]) null))
                .withMessage("hostsAndPorts");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.instances((List<ServiceInstance>) null))
                .withMessage("instances");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.instances(Arrays.asList(ServiceInstance.of("10.0.0.1:80"), null)))
                .withMessage("instance");
        assertThatNullPointerException()
                .isThrownBy(() -> InstanceSource.of(null))
                .withMessage("instances");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.healthCheck(null))
                .withMessage("probe");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.healthCheck(HealthProbe.tcp(), null))
                .withMessage("config");
        assertThatNullPointerException().isThrownBy(() -> builder.health(null)).withMessage("policy");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.listener(null))
                .withMessage("listener");
        assertThatNullPointerException().isThrownBy(() -> builder.ticker(null)).withMessage("ticker");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.scheduler(null))
                .withMessage("scheduler");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.executor(null))
                .withMessage("executor");
        assertThatNullPointerException().isThrownBy(() -> builder.random(null)).withMessage("random");
        assertThatNullPointerException().isThrownBy(() -> builder.zone(null)).withMessage("zone");
        assertThatNullPointerException().isThrownBy(() -> builder.warmUp(null)).withMessage("duration");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.wallClock(null))
                .withMessage("wallClock");
    }

    @Test
    void probesTheSickNoMoreSlowlyThanTheWell() {
        assertThat(ProbeConfig.defaults().unhealthyInterval()).isEqualTo(Duration.ofSeconds(1));
        Duration interval = Duration.ofMillis(100);
        assertThat(ProbeConfig.builder().interval(interval).build().unhealthyInterval())
                .isEqualTo(interval);
    }

    @Test
    void refusesBadProbeConfigurations() {
        ProbeConfig.Builder builder = ProbeConfig.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.interval(Duration.ZERO))
                .withMessage("interval: PT0S (expected: PT0.01S..PT24H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.unhealthyInterval(Duration.ofNanos(1)))
                .withMessage("unhealthyInterval: PT0.000000001S (expected: PT0.01S..PT24H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.timeout(Duration.ofDays(2)))
                .withMessage("timeout: PT48H (expected: PT0.01S..PT24H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.jitter(Double.NaN))
                .withMessage("jitter: NaN (expected: 0..1)");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.rise(0)).withMessage("rise: 0 (expected: >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.fall(-1))
                .withMessage("fall: -1 (expected: >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxConcurrent(0))
                .withMessage("maxConcurrent: 0 (expected: >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxSkipped(-1))
                .withMessage("maxSkipped: -1 (expected: >= 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.sampleAbove(0))
                .withMessage("sampleAbove: 0 (expected: >= 1)");
    }
}
