package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import dev.evenkeel.lb.health.HealthMonitor;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.HealthReport;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Health, as it decides who may be picked: real probing in virtual time. */
class AvailabilityTest {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final RecordingListener listener = new RecordingListener();
    private final Set<ServiceInstance> sick = new HashSet<>();
    private final Multiset<ServiceInstance> asked = HashMultiset.create();
    private final HealthProbe probe = (instance, context) -> {
        asked.add(instance);
        return CompletableFuture.completedFuture(
                sick.contains(instance) ? ProbeResult.sick("says so") : ProbeResult.well());
    };
    private final LoadBalancer orders = TestBalancers.builder(clock)
            .source(source)
            .listener(listener)
            .healthCheck(probe, ProbeConfig.builder().fall(1).rise(1).build())
            .build();

    @AfterEach
    void leavesNothingBehind() {
        clock.runDue();
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
        assertThat(orders.snapshot().inFlight()).isZero();
        assertThat(listener.lines()).noneMatch(line -> line.startsWith("BROKEN"));
    }

    @Test
    void picksBeforeAnythingIsKnown() {
        source.deliver(ONE);
        assertThat(picked()).isEqualTo(ONE);
        assertThat(snapshot(ONE).health()).isEqualTo(HealthStatus.UNKNOWN);
    }

    @Test
    void picksNoSickInstanceWhileAWellOneIsLeft() {
        source.deliver(ONE, TWO, THREE);
        sick.add(ONE);
        sick.add(TWO);
        clock.advance(LONG_ENOUGH);

        assertThat(snapshot(ONE).health()).isEqualTo(HealthStatus.UNHEALTHY);
        assertThat(snapshot(ONE).reason()).isEqualTo("probe failed: says so");
        assertThat(snapshot(ONE).isEligible()).isFalse();
        for (int i = 0; i < 50; i++) {
            assertThat(picked()).isEqualTo(THREE);
        }
        assertThat(orders.snapshot().isFailOpen()).isFalse();
    }

    @Test
    void picksSickInstancesWhenNoWellOneIsLeftAndSaysSo() {
        source.deliver(ONE, TWO);
        sick.add(ONE);
        sick.add(TWO);
        clock.advance(LONG_ENOUGH);

        assertThat(orders.snapshot().isFailOpen()).isTrue();
        assertThat(listener.lines()).endsWith("fail-open");
        Lease lease = orders.acquire();
        assertThat(lease.isFailOpen()).isTrue();
        lease.succeeded();

        sick.remove(ONE);
        clock.advance(LONG_ENOUGH);
        assertThat(orders.snapshot().isFailOpen()).isFalse();
        assertThat(listener.lines()).endsWith("10.0.0.1:80 UNHEALTHY -> HEALTHY", "fail-open is over");
        for (int i = 0; i < 50; i++) {
            assertThat(picked()).isEqualTo(ONE);
        }
    }

    @Test
    void neverPicksWhatDrainsNotEvenWhenAllElseIsSick() {
        source.deliver(ONE, TWO);
        Lease lease = orders.acquire(only(TWO));
        sick.add(ONE);
        clock.advance(LONG_ENOUGH);
        source.sink().left(TWO.id());
        assertThat(orders.snapshot().isFailOpen()).isTrue();
        for (int i = 0; i < 50; i++) {
            assertThat(picked()).isEqualTo(ONE);
        }
        lease.succeeded();
    }

    @Test
    void explainsWhyEachInstanceWasPassedOver() {
        ServiceInstance weightless = THREE.toBuilder().weight(0).build();
        source.deliver(ONE, TWO, weightless);
        sick.add(TWO);
        clock.advance(LONG_ENOUGH);
        Lease lease = orders.acquire(only(ONE));
        source.sink().left(ONE.id());
        sick.remove(TWO);
        try {
            orders.acquire(PickRequest.builder().requireMetadata("a", "b").build());
        } catch (NoInstanceAvailableException refused) {
            assertThat(refused.explanation().reasons())
                    .containsEntry(ONE.id(), Reason.DRAINING)
                    .containsEntry(TWO.id(), Reason.METADATA)
                    .containsEntry(weightless.id(), Reason.WEIGHT_ZERO);
            assertThat(refused).hasMessageContaining("3 known: 1 DRAINING, 1 WEIGHT_ZERO, 1 METADATA");
            return;
        } finally {
            lease.succeeded();
        }
        throw new AssertionError("picked what does not carry the metadata");
    }

    @Test
    void stopsProbingWhatLeft() {
        source.deliver(ONE, TWO);
        clock.advance(LONG_ENOUGH);
        source.sink().left(ONE.id());
        assertThat(clock.pendingTasks()).isEqualTo(1);
    }

    @Test
    void probesWhatComesBack() {
        source.deliver(ONE, TWO);
        clock.advance(LONG_ENOUGH);
        Lease lease = orders.acquire(only(ONE));
        source.sink().left(ONE.id());
        source.deliver(ONE, TWO);
        sick.add(ONE);
        clock.advance(LONG_ENOUGH);
        assertThat(snapshot(ONE).health()).isEqualTo(HealthStatus.UNHEALTHY);
        lease.succeeded();
    }

    /** A list says who is there, not how they are. */
    @Test
    void nobodyIsWellAgainBecauseTheListWasRefreshed() {
        source.deliver(ONE, TWO);
        sick.add(ONE);
        clock.advance(LONG_ENOUGH);
        source.deliver(ONE, TWO);
        source.deliver(TWO, ONE.toBuilder().weight(5).build(), THREE);
        source.deliver(ONE, TWO);
        assertThat(snapshot(ONE).health()).isEqualTo(HealthStatus.UNHEALTHY);
        for (int i = 0; i < 50; i++) {
            assertThat(picked()).isEqualTo(TWO);
        }
    }

    @Test
    void nobodyIsTakenOutWhileNotAllHaveBeenAsked() {
        source.deliver(ONE, TWO, THREE);
        while (asked.isEmpty()) {
            clock.advance(Duration.ofMillis(100));
        }
        assertThat(asked.elementSet()).hasSizeLessThan(3);
        assertThat(orders.snapshot().instances()).hasSize(3).allMatch(InstanceSnapshot::isEligible);
    }

    @Test
    void asksWhereTheInstanceIsNow() {
        ServiceInstance restarted =
                ServiceInstance.builder("10.0.0.1", 81).id(ONE.id()).build();
        source.deliver(ONE, TWO);
        Lease lease = orders.acquire(only(ONE));
        sick.add(ONE);
        clock.advance(LONG_ENOUGH);
        source.deliver(restarted, TWO);
        asked.clear();
        clock.advance(LONG_ENOUGH);
        assertThat(asked.elementSet()).containsExactlyInAnyOrder(restarted, TWO);
        lease.succeeded();
        clock.runDue();
        assertThat(snapshot(ONE).instance()).isEqualTo(restarted);
        assertThat(snapshot(ONE).health()).isEqualTo(HealthStatus.HEALTHY);
    }

    @Test
    void isAskedLessOftenWhileItsCallsSucceed() {
        source.deliver(ONE, TWO);
        clock.advance(LONG_ENOUGH);
        asked.clear();
        for (int second = 0; second < 60; second++) {
            clock.advance(Duration.ofSeconds(1));
            orders.acquire(only(ONE)).succeeded();
        }
        assertThat(asked.count(ONE)).isBetween(3, 5);
        assertThat(asked.count(TWO)).isBetween(10, 15);
        asked.clear();
        for (int second = 0; second < 60; second++) {
            clock.advance(Duration.ofSeconds(1));
            orders.acquire(only(ONE)).succeeded();
            orders.acquire(only(ONE)).end(Outcome.overloaded());
        }
        assertThat(asked.count(ONE)).isBetween(10, 15);
    }

    @Test
    void doesNotListenToAWatchThatIsOver() {
        List<HealthReport> reports = new ArrayList<>();
        ScriptedSource own = new ScriptedSource();
        LoadBalancer watched = TestBalancers.builder(clock)
                .source(own)
                .health(context -> new HealthMonitor() {
                    @Override
                    public Tracker track(ServiceInstance instance, HealthReport report) {
                        reports.add(report);
                        return () -> {};
                    }

                    @Override
                    public void close() {}
                })
                .build();
        own.deliver(ONE);
        Lease lease = watched.acquire();
        own.sink().left(ONE.id());
        own.deliver(ONE);
        reports.get(0).status(HealthStatus.UNHEALTHY, "long ago");
        assertThat(watched.snapshot().instance(ONE.id()).health()).isEqualTo(HealthStatus.UNKNOWN);
        reports.get(1).status(HealthStatus.HEALTHY, "now");
        assertThat(watched.snapshot().instance(ONE.id()).health()).isEqualTo(HealthStatus.HEALTHY);
        lease.succeeded();
        watched.close();
    }

    private ServiceInstance picked() {
        try (Lease lease = orders.acquire()) {
            return lease.instance();
        }
    }

    private static PickRequest only(ServiceInstance instance) {
        return PickRequest.builder().only(instance.id()).build();
    }

    private InstanceSnapshot snapshot(ServiceInstance instance) {
        return orders.snapshot().instance(instance.id());
    }
}
