package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subsets, as balancers use them: real probing in virtual time. */
class SubsetTest {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final Set<String> sick = new HashSet<>();
    private final Set<String> probed = new HashSet<>();
    private final HealthProbe probe = (instance, context) -> {
        probed.add(instance.id());
        return CompletableFuture.completedFuture(
                sick.contains(instance.id()) ? ProbeResult.sick("says so") : ProbeResult.well());
    };
    private final LoadBalancer orders = builder().subset(4, 3).build();

    @AfterEach
    void leavesNothingBehind() {
        clock.runDue();
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
        assertThat(orders.snapshot().inFlight()).isZero();
    }

    @Test
    void usesAndProbesOnlyItsSubset() {
        deliver(100);
        clock.advance(LONG_ENOUGH);
        Set<String> used = used(orders);
        assertThat(used).hasSize(4);
        assertThat(probed).isEqualTo(used);
        assertThat(orders.snapshot().outsideSubset()).hasSize(96).noneMatch(instance -> used.contains(instance.id()));
        for (int i = 0; i < 50; i++) {
            Lease lease = orders.acquire();
            assertThat(used).contains(lease.instance().id());
            lease.succeeded();
        }
    }

    @Test
    void usesAllWhereThereAreFew() {
        deliver(4);
        assertThat(used(orders)).hasSize(4);
        assertThat(orders.snapshot().outsideSubset()).isEmpty();
    }

    @Test
    void usesAllByDefault() {
        try (LoadBalancer all = builder().build()) {
            deliver(100);
            assertThat(all.snapshot().instances()).hasSize(100);
        }
    }

    /** The order of the list says nothing, and a list that is no other changes nobody. */
    @Test
    void staysTheSameWhileTheListDoes() {
        List<ServiceInstance> instances = deliver(100);
        Set<String> used = used(orders);
        Collections.reverse(instances);
        source.sink().update(instances);
        assertThat(used(orders)).isEqualTo(used);
        assertThat(orders.snapshot().instances()).noneMatch(InstanceSnapshot::isDraining);
    }

    @Test
    void isEvenOverTheFleet() {
        orders.close();
        Map<String, Integer> clients = new HashMap<>();
        for (int index = 0; index < 30; index++) {
            try (LoadBalancer client = builder().subset(5, index, 30).build()) {
                deliver(50);
                used(client).forEach(id -> clients.merge(id, 1, Integer::sum));
            }
        }
        assertThat(clients).hasSize(50);
        assertThat(clients.values()).allMatch(count -> count == 3); // 30 * 5 / 50
    }

    @Test
    void makesUpForWhomHasLeft() {
        deliver(100);
        Set<String> before = used(orders);
        String one = before.iterator().next();
        source.sink().left(one);
        assertThat(used(orders)).hasSize(4).doesNotContain(one);
        assertThat(orders.snapshot().outsideSubset()).hasSize(95);
        before.removeAll(used(orders));
        assertThat(before).containsExactly(one);
    }

    @Test
    void listensToThoseOutsideWhenTheyLeave() {
        deliver(5);
        String outside = orders.snapshot().outsideSubset().get(0).id();
        source.sink().left(outside);
        assertThat(orders.snapshot().outsideSubset()).isEmpty();
        assertThat(used(orders)).hasSize(4).doesNotContain(outside);
    }

    /** A few that are sick are none of its business, but it does not do without anybody while others are well. */
    @Test
    void makesUpForTheSickWhenTheyAreTheMost() {
        deliver(100);
        List<String> before = new ArrayList<>(used(orders));
        fail(before.get(0));
        fail(before.get(1));
        assertThat(used(orders)).containsExactlyInAnyOrderElementsOf(before);
        fail(before.get(2));
        assertThat(used(orders)).hasSize(5).containsAll(before);
        fail(before.get(3));
        assertThat(used(orders)).hasSize(6).containsAll(before);
        assertThat(orders.snapshot().isFailOpen()).isFalse();
        while (sick.size() < 8) {
            used(orders).forEach(this::fail);
        }
        assertThat(used(orders)).hasSize(8);
        assertThat(orders.snapshot().isFailOpen()).isTrue();

        sick.clear();
        clock.advance(LONG_ENOUGH);
        assertThat(used(orders)).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void explainsWhoIsOutside() {
        deliver(10);
        String outside = orders.snapshot().outsideSubset().get(0).id();
        assertThatExceptionOfType(NoInstanceAvailableException.class)
                .isThrownBy(
                        () -> orders.acquire(PickRequest.builder().only(outside).build()))
                .satisfies(refused ->
                        assertThat(refused.explanation().reasons()).containsEntry(outside, Reason.OUTSIDE_SUBSET))
                .withMessageContaining("10 known: 4 NOT_PREFERRED, 6 OUTSIDE_SUBSET");
    }

    /** One that lists lack stays in the subset as long as its health check speaks for it. */
    @Test
    void keepsThoseThatAreAbsentButWell() {
        List<ServiceInstance> instances = deliver(20);
        clock.advance(LONG_ENOUGH);
        Set<String> before = used(orders);
        instances.removeIf(instance -> before.contains(instance.id()));
        source.sink().update(instances);
        assertThat(used(orders)).isEqualTo(before);
        clock.advance(LONG_ENOUGH.plusSeconds(1));
        assertThat(used(orders)).hasSize(4).doesNotContainAnyElementsOf(before);
    }

    private LoadBalancerBuilder builder() {
        return TestBalancers.builder(clock)
                .source(source)
                .healthCheck(probe, ProbeConfig.builder().fall(1).rise(1).build());
    }

    private List<ServiceInstance> deliver(int number) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 1; i <= number; i++) {
            instances.add(ServiceInstance.of("10.0.0." + i, 80));
        }
        source.sink().update(instances);
        return instances;
    }

    private void fail(String id) {
        sick.add(id);
        clock.advance(LONG_ENOUGH);
    }

    /** Those that are members. */
    private static Set<String> used(LoadBalancer balancer) {
        PoolSnapshot snapshot = balancer.snapshot();
        Set<String> used = new HashSet<>();
        snapshot.instances().stream()
                .filter(instance -> !instance.isDraining())
                .forEach(instance -> used.add(instance.id()));
        return used;
    }
}
