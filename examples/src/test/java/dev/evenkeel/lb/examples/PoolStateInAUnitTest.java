package dev.evenkeel.lb.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.NoInstanceAvailableException;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.discovery.Registration;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a test of one's own reads the state of the pool. No server is needed for that, and nothing to wait for. */
class PoolStateInAUnitTest {

    private final InMemoryRegistry registry = new InMemoryRegistry();
    private final Registration first = registry.register("orders", ServiceInstance.of("10.0.0.1:8080"));
    private final Registration second = registry.register("orders", ServiceInstance.of("10.0.0.2:8080"));
    private final LoadBalancer orders =
            LoadBalancer.builder("orders").source(registry).build();

    @AfterEach
    void closeBalancer() {
        orders.close();
    }

    @Test
    void showsWhatIsInFlight() {
        Lease lease = orders.acquire(only("10.0.0.1:8080"));
        assertThat(orders.snapshot().instance("10.0.0.1:8080").inFlight()).isEqualTo(1);
        assertThat(orders.snapshot().instance("10.0.0.2:8080").inFlight()).isZero();

        lease.succeeded();
        assertThat(orders.snapshot().instance("10.0.0.1:8080").inFlight()).isZero();
        assertThat(orders.snapshot().inFlight()).isZero();
    }

    @Test
    void showsHowCallsEnded() {
        orders.acquire(only("10.0.0.1:8080")).succeeded();
        orders.acquire(only("10.0.0.1:8080")).end(Outcome.failed());
        orders.acquire(only("10.0.0.1:8080")).close();

        assertThat(orders.snapshot().instance("10.0.0.1:8080")).satisfies(instance -> {
            assertThat(instance.picks()).isEqualTo(3);
            assertThat(instance.outcomes(Outcome.Kind.SUCCESS)).isEqualTo(1);
            assertThat(instance.failures()).isEqualTo(1);
            assertThat(instance.unreported()).isEqualTo(1);
        });
    }

    @Test
    void showsWhoIsLeaving() {
        Lease lease = orders.acquire(only("10.0.0.1:8080"));
        PoolSnapshot before = orders.snapshot();
        first.close();

        assertThat(orders.snapshot().version()).isGreaterThan(before.version());
        assertThat(orders.snapshot().instance("10.0.0.1:8080").isDraining()).isTrue();
        assertThat(orders.acquire().instance()).isEqualTo(second.instance());
        assertThat(before.instance("10.0.0.1:8080").isDraining()).isFalse();
        lease.succeeded();
    }

    @Test
    void saysWhatThereIsWhenAskedForWhatThereIsNot() {
        assertThatThrownBy(() -> orders.snapshot().instance("10.0.0.3:8080"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("10.0.0.1:8080")
                .hasMessageContaining("10.0.0.2:8080");
        assertThat(orders.snapshot().find("10.0.0.3:8080")).isEmpty();
    }

    @Test
    void saysWhyNobodyCouldBePicked() {
        assertThatThrownBy(() -> orders.acquire(only("10.0.0.3:8080")))
                .isInstanceOfSatisfying(NoInstanceAvailableException.class, refusal -> {
                    assertThat(refusal.explanation().known()).isEqualTo(2);
                    assertThat(refusal.explanation().reasons()).containsOnlyKeys("10.0.0.1:8080", "10.0.0.2:8080");
                });
    }

    private static PickRequest only(String id) {
        return PickRequest.builder().only(id).build();
    }
}
