package dev.evenkeel.lb.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeContext;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.httpclient.HttpProbe;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.time.Scheduler;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The snippets of docs/health.md. */
class HealthSnippetsTest {

    private final InMemoryRegistry registry = new InMemoryRegistry();
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void register() {
        registry.register("orders", ServiceInstance.of("10.0.0.1:8080"));
    }

    @Test
    void outlierDetection() {
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(registry)
                .outlierDetection(OutlierConfig.builder()
                        .failuresInARow(3)
                        .baseTime(Duration.ofSeconds(10))
                        .build())
                .build();
        // end
        // snippet
        for (InstanceSnapshot instance : orders.snapshot().instances()) {
            log(instance.id() + " " + instance.health() + " " + instance.reason());
            instance.ejectionReason().ifPresent(why -> log("out for " + instance.ejectionRemaining() + ": " + why));
        }
        // end
        assertThat(told).containsExactly("10.0.0.1:8080 UNKNOWN ");
        orders.close();
    }

    @Test
    void healthCheck() {
        HttpClient client = HttpClient.newHttpClient();
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(registry)
                .healthCheck(
                        HttpProbe.get(client, "/health"),
                        ProbeConfig.builder().interval(Duration.ofSeconds(2)).build())
                .build();
        // end
        assertThat(orders.snapshot().instances()).hasSize(1);
        orders.close();
    }

    @Test
    void probe() {
        // snippet
        HealthProbe probe = HealthProbe.blocking((instance, context) ->
                ping(instance.address(), context.timeout()) ? ProbeResult.well() : ProbeResult.sick("no pong"));
        // end
        ProbeContext context = new ProbeContext() {
            @Override
            public String serviceName() {
                return "orders";
            }

            @Override
            public Duration timeout() {
                return Duration.ofSeconds(1);
            }

            @Override
            public Scheduler scheduler() {
                throw new AssertionError("asked for by a probe that blocks");
            }
        };
        assertThat(check(probe, context, 8080).reason()).isEqualTo("no pong");
        assertThat(check(probe, context, 80).isWell()).isTrue();
    }

    private static ProbeResult check(HealthProbe probe, ProbeContext context, int port) {
        return probe.check(ServiceInstance.of("10.0.0.1", port), context)
                .toCompletableFuture()
                .join();
    }

    private boolean ping(InetSocketAddress address, Duration timeout) {
        return address.getPort() != 8080 && !timeout.isZero();
    }

    private void log(String line) {
        told.add(line);
    }
}
