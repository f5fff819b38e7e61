package dev.evenkeel.lb.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.instance.ServiceInstance;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The snippets of docs/tiers.md, and that of the README on the same. */
class TiersSnippetsTest {

    private final InMemoryRegistry registry = new InMemoryRegistry();
    private final int podOrdinal = 7;

    @BeforeEach
    void register() {
        for (int i = 1; i <= 60; i++) {
            String zone = i % 3 == 0 ? "eu-1a" : i % 3 == 1 ? "eu-1b" : "eu-1c";
            registry.register(
                    "orders",
                    ServiceInstance.builder("10.0.0." + i, 8080).zone(zone).build());
        }
    }

    @Test
    void zone() {
        // snippet
        LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).zone("eu-1a").build();
        // end
        assertThat(orders.acquire().instance().zone()).hasValue("eu-1a");
        orders.close();
    }

    @Test
    void subset() {
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(registry)
                .subset(20, podOrdinal)
                .build();
        // end
        assertThat(orders.snapshot().instances()).hasSize(20);
        assertThat(orders.snapshot().outsideSubset()).hasSize(40);
        orders.close();
    }

    @Test
    void both() {
        // snippet
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(registry)
                .zone("eu-1a")
                .subset(20, podOrdinal)
                .build();
        // end
        assertThat(orders.acquire().instance().zone()).hasValue("eu-1a");
        orders.close();
    }
}
