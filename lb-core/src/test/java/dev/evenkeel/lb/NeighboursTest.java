package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an instance in a rotation does not take, all others share, and not the next one alone. */
class NeighboursTest {

    private static final ServiceInstance FOUR = ServiceInstance.of("10.0.0.4:80");
    private static final PickRequest ONLY_TWO =
            PickRequest.builder().only(TWO.id()).build();

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final LoadBalancer orders = TestBalancers.builder(clock)
            .source(source)
            .strategy(Strategies.roundRobin())
            .maxInFlightPerInstance(3)
            .build();

    @BeforeEach
    void deliver() {
        source.deliver(ONE, TWO, THREE, FOUR);
    }

    @AfterEach
    void close() {
        clock.runDue();
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    private void assertSharedByTheOthers(PickRequest request) {
        Multiset<ServiceInstance> picked = HashMultiset.create();
        for (int i = 0; i < 300; i++) {
            Lease lease = orders.acquire(request);
            picked.add(lease.instance());
            lease.succeeded();
        }
        assertThat(picked.count(ONE)).isBetween(99, 101);
        assertThat(picked.count(THREE)).isBetween(99, 101);
        assertThat(picked.count(FOUR)).isBetween(99, 101);
    }

    @Test
    void ofOneThatIsEjected() {
        orders.acquire(ONLY_TWO).end(Outcome.neverReached());
        orders.acquire(ONLY_TWO).end(Outcome.neverReached());
        clock.runDue();
        assertSharedByTheOthers(PickRequest.EMPTY);
    }

    @Test
    void ofOneThatDrains() {
        Lease lease = orders.acquire(ONLY_TWO);
        source.sink().left(TWO.id());
        assertSharedByTheOthers(PickRequest.EMPTY);
        lease.succeeded();
    }

    @Test
    void ofOneThatIsFull() {
        Lease first = orders.acquire(ONLY_TWO);
        Lease second = orders.acquire(ONLY_TWO);
        Lease third = orders.acquire(ONLY_TWO);
        assertSharedByTheOthers(PickRequest.EMPTY);
        first.succeeded();
        second.succeeded();
        third.succeeded();
    }

    @Test
    void ofOneThatIsAvoided() {
        assertSharedByTheOthers(PickRequest.builder().avoid(List.of(TWO.id())).build());
    }
}
