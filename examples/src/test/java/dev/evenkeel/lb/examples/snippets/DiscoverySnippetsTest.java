package dev.evenkeel.lb.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.PoolSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The snippets of docs/discovery.md. */
class DiscoverySnippetsTest {

    private final InstanceSource source = InstanceSource.of(List.of(ServiceInstance.of("10.0.0.1:8080")));
    private final List<String> told = new ArrayList<>();

    @Test
    void file() {
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(InstanceSource.file(Path.of("/etc/services/instances.txt")))
                .build();
        // end
        assertThat(orders.snapshot().sourceFailure()).isPresent();
        orders.close();
    }

    @Test
    void dns() {
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(InstanceSource.dns("orders.shop.svc.cluster.local.", 8080, Duration.ofSeconds(30)))
                .build();
        // end
        orders.close();
    }

    @Test
    void polling() throws Exception {
        Catalog catalog = service -> List.of(ServiceInstance.of("10.0.0.1:8080"));
        // snippet
        InstanceSource source =
                InstanceSource.polling(service -> catalog.healthyInstances(service), Duration.ofSeconds(10));
        // end
        try (LoadBalancer orders = LoadBalancer.builder("orders").source(source).build();
                Lease lease = orders.acquireAsync().get(10, TimeUnit.SECONDS)) {
            assertThat(lease.instance().id()).isEqualTo("10.0.0.1:8080");
        }
    }

    @Test
    void acceptAddresses() {
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(source)
                .acceptAddresses(address -> address.isSiteLocalAddress())
                .build();
        // end
        assertThat(orders.snapshot().instances()).hasSize(1);
        orders.close();
    }

    @Test
    void guardAndSnapshot() {
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(source)
                .lossGuard(0.5, Duration.ofMinutes(1))
                .healthCheck(HealthProbe.tcp())
                .build();
        // end
        // snippet
        PoolSnapshot pool = orders.snapshot();
        pool.listAge().ifPresent(age -> gauge("list age in seconds", age.toSeconds()));
        pool.sourceFailure().ifPresent(why -> page("no news of " + pool.serviceName() + ": " + why));
        gauge("entries ignored", pool.ignoredEntries());
        // end
        assertThat(told).hasSize(2).allMatch(line -> line.contains(" 0") || line.contains("seconds"));
        orders.close();
    }

    private void gauge(String name, long value) {
        told.add(name + " " + value);
    }

    private void page(String message) {
        told.add(message);
    }

    private interface Catalog {
        List<ServiceInstance> healthyInstances(String service);
    }
}
