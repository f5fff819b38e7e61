package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.health.HealthMonitor;
import dev.evenkeel.lb.health.HealthReport;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In the list or absent, well, sick or unknown: who may be picked, and who stays. */
class AbsenceTest {

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final RecordingListener listener = new RecordingListener();
    private final Map<ServiceInstance, HealthReport> reports = new HashMap<>();
    private final LoadBalancer orders = builder().listener(listener).build();

    private LoadBalancerBuilder builder() {
        return TestBalancers.builder(clock).source(source).health(context -> new HealthMonitor() {
            @Override
            public Tracker track(ServiceInstance instance, HealthReport report) {
                reports.put(instance, report);
                return () -> {};
            }

            @Override
            public void close() {}
        });
    }

    @AfterEach
    void close() {
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    private void verdict(ServiceInstance instance, HealthStatus status) {
        Objects.requireNonNull(reports.get(instance)).status(status, "expected");
    }

    private void expect(ServiceInstance... instances) {
        assertThat(orders.snapshot().instances())
                .extracting(InstanceSnapshot::instance)
                .containsExactlyInAnyOrder(instances);
    }

    private void expectAbsent(ServiceInstance... instances) {
        assertThat(orders.snapshot().instances())
                .filteredOn(InstanceSnapshot::isAbsent)
                .extracting(InstanceSnapshot::instance)
                .containsExactlyInAnyOrder(instances);
    }

    @Test
    void whoIsWellStaysForTheTimeOfGraceAndIsPicked() {
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(TWO);
        expect(ONE, TWO);
        expectAbsent(ONE);
        assertThat(orders.acquire(PickRequest.builder().only(ONE.id()).build()).instance())
                .isEqualTo(ONE);
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
        assertThat(orders.snapshot().listAge()).contains(Duration.ZERO);
        clock.advance(GRACE.minusNanos(1));
        assertThat(orders.snapshot().instance(ONE.id()).isDraining()).isFalse();
        clock.advance(Duration.ofNanos(1));
        assertThat(orders.snapshot().instance(ONE.id()).isDraining()).isTrue();
        expectAbsent();
        assertThat(orders.snapshot().listAge()).contains(GRACE);
    }

    @Test
    void whoIsSickGoesAtOnce() {
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.UNHEALTHY);
        source.deliver(TWO);
        expect(TWO);
    }

    @Test
    void whoBecomesSickMeanwhileGoesThen() {
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(TWO);
        clock.advance(Duration.ofSeconds(1));
        verdict(ONE, HealthStatus.UNHEALTHY);
        expect(TWO);
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void whoIsUnknownGoesAtOnce() {
        source.deliver(ONE, TWO);
        source.deliver(TWO);
        expect(TWO);
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void whoSaysThatItLeavesGoesAtOnce() {
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        source.sink().left(ONE.id());
        expect(TWO);
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(TWO);
        source.sink().left(ONE.id());
        expect(TWO);
        clock.advance(GRACE);
        expect(TWO);
    }

    /** The list that is checked again when a time of grace ends may be older than a departure. */
    @Test
    void whoHasLeftDoesNotComeBackWhenAnotherOnesGraceEnds() {
        source.deliver(ONE, TWO, THREE);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(TWO, THREE);
        source.sink().left(TWO.id());
        clock.advance(GRACE);
        expect(THREE);
        source.deliver(TWO, THREE);
        expect(TWO, THREE);
    }

    @Test
    void whoComesBackWhileItDrainsIsNotAbsentAnyMore() {
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        Lease lease = orders.acquire(PickRequest.builder().only(ONE.id()).build());
        source.deliver(TWO);
        source.sink().left(ONE.id());
        source.deliver(ONE, TWO);
        expect(ONE, TWO);
        expectAbsent();
        lease.succeeded();
    }

    /** An empty list is no error where the only ones that it could have had are known to have left. */
    @Test
    void whoIsAbsentGoesWhenItsTimeIsUpThoughTheOnlyOneThatWasListedHasLeft() {
        source.deliver(ONE, TWO, THREE);
        verdict(ONE, HealthStatus.HEALTHY);
        verdict(TWO, HealthStatus.HEALTHY);
        source.deliver(THREE);
        clock.advance(Duration.ofSeconds(4));
        source.sink().left(THREE.id());
        expect(ONE, TWO);
        expectAbsent(ONE, TWO);
        verdict(TWO, HealthStatus.UNHEALTHY);
        expect(ONE);
        clock.advance(GRACE.minusSeconds(4).minusNanos(1));
        expect(ONE);
        clock.advance(Duration.ofNanos(1));
        expect();
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
    }

    @Test
    void whoIsAbsentStaysForItsTimeAlsoIfThenTheListIsEmpty() {
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(TWO);
        clock.advance(Duration.ofSeconds(4));
        source.sink().left(TWO.id());
        source.deliver();
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
        expectAbsent(ONE);
        clock.advance(GRACE.minusSeconds(4));
        expect();
    }

    @Test
    void anEmptyListIsNotBelievedWhileTheLastOneHadSomebody() {
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        verdict(TWO, HealthStatus.HEALTHY);
        source.deliver(TWO);
        source.deliver();
        clock.advance(GRACE.multipliedBy(10));
        expect(ONE, TWO);
        assertThat(orders.snapshot().sourceFailure()).isPresent();
    }

    @Test
    void whoIsListedAgainWasNeverAway() {
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        listener.takeLines();
        source.deliver(TWO);
        clock.advance(Duration.ofSeconds(9));
        source.deliver(ONE, TWO);
        expectAbsent();
        clock.advance(Duration.ofSeconds(9));
        source.deliver(TWO);
        clock.advance(Duration.ofSeconds(9));
        expect(ONE, TWO);
        expectAbsent(ONE);
        assertThat(listener.takeLines()).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        expect(TWO);
    }

    /** A source that polls delivers the same list again and again. */
    @Test
    void theTimeRunsFromTheFirstListWithoutIt() {
        source.deliver(ONE, TWO, THREE);
        verdict(ONE, HealthStatus.HEALTHY);
        verdict(TWO, HealthStatus.HEALTHY);
        source.deliver(TWO, THREE);
        for (int i = 0; i < 9; i++) {
            clock.advance(Duration.ofSeconds(1));
            source.deliver(i < 4 ? new ServiceInstance[] {TWO, THREE} : new ServiceInstance[] {THREE});
        }
        expect(ONE, TWO, THREE);
        clock.advance(Duration.ofSeconds(1));
        expect(TWO, THREE);
        clock.advance(Duration.ofSeconds(4));
        expect(TWO, THREE);
        clock.advance(Duration.ofSeconds(1));
        expect(THREE);
    }

    /** The last good list stays in force, and he who is well with it. */
    @Test
    void whileTheSourceFailsNobodyGoesWhoIsWell() {
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(TWO);
        source.sink().failed(new IOException("gone"));
        clock.advance(Duration.ofHours(1));
        expect(ONE, TWO);
        source.deliver(TWO);
        expect(TWO);
    }

    @Test
    void theSameIdAtAnotherAddressIsNotAbsent() {
        ServiceInstance moved =
                ServiceInstance.builder("10.0.0.9", 80).id(ONE.id()).build();
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(moved, TWO);
        expect(moved, TWO);
    }

    @Test
    void aGuardHoldsOnToThoseOfWhomNothingIsKnown() {
        ScriptedSource other = new ScriptedSource();
        LoadBalancer guarded = TestBalancers.builder(clock)
                .source(other)
                .absenceGrace(Duration.ZERO)
                .lossGuard(0.5, Duration.ofSeconds(5))
                .build();
        other.deliver(ONE, TWO, THREE);
        other.deliver(THREE);
        assertThat(guarded.snapshot().instances()).hasSize(3);
        clock.advance(Duration.ofSeconds(5));
        assertThat(guarded.snapshot().instances()).hasSize(1);
    }

    /** A source that polls delivers the same list again and again: what has been believed stays so. */
    @Test
    void aGuardDoesNotDoubtAgainThatTheyAreMissingWhoStayForTheirGrace() {
        orders.close();
        Duration hold = Duration.ofSeconds(2);
        LoadBalancer guarded = builder().lossGuard(0.5, hold).build();
        source.deliver(ONE, TWO, THREE);
        List.of(ONE, TWO, THREE).forEach(instance -> verdict(instance, HealthStatus.HEALTHY));
        source.deliver(THREE);
        assertThat(guarded.snapshot().sourceFailure()).isPresent();
        for (Duration time = hold; time.compareTo(GRACE) < 0; time = time.plusSeconds(1)) {
            clock.advance(time.equals(hold) ? hold : Duration.ofSeconds(1));
            source.deliver(THREE);
            assertThat(guarded.snapshot().sourceFailure()).as("after %s", time).isEmpty();
            assertThat(guarded.snapshot().instances()).hasSize(3);
        }
        clock.advance(Duration.ofSeconds(1));
        assertThat(guarded.snapshot().instances()).hasSize(1);
        guarded.close();
    }

    @Test
    void withoutGraceAbsentIsGone() {
        orders.close();
        LoadBalancer strict = builder().absenceGrace(Duration.ZERO).build();
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(TWO);
        assertThat(strict.snapshot().instances())
                .extracting(InstanceSnapshot::instance)
                .containsExactly(TWO);
        strict.close();
    }

    @Test
    void refusesNonsense() {
        for (Duration grace : new Duration[] {Duration.ofNanos(-1), Duration.ofDays(2)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().absenceGrace(grace))
                    .withMessage("grace: " + grace + " (expected: 0..PT24H)");
        }
    }
}
