package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.health.HealthMonitor;
import dev.evenkeel.lb.health.HealthReport;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import dev.evenkeel.lb.time.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WarmUpTest {

    private static final Duration WARM_UP = Duration.ofSeconds(100);
    private static final Duration STEP = WARM_UP.dividedBy(20);
    private static final Duration HALF = WARM_UP.dividedBy(2);
    private static final Offset<Double> EXACTLY = within(1e-9);

    private final VirtualClock clock = new VirtualClock();
    private final AtomicReference<Duration> wallClockError = new AtomicReference<>(Duration.ZERO);
    private final ScriptedSource source = new ScriptedSource();
    private final Map<String, HealthReport> reports = new HashMap<>();
    private final AtomicInteger selectors = new AtomicInteger();
    private final LoadBalancer orders = builder(source).build();

    private LoadBalancerBuilder builder(ScriptedSource from) {
        return TestBalancers.builder(clock)
                .source(from)
                .wallClock(() -> clock.instant().plus(wallClockError.get()))
                .health(context -> new HealthMonitor() {
                    @Override
                    public Tracker track(ServiceInstance instance, HealthReport report) {
                        reports.put(instance.id(), report);
                        return () -> {};
                    }

                    @Override
                    public void close() {}
                })
                .strategy(candidates -> {
                    selectors.incrementAndGet();
                    return Strategies.roundRobin().newSelector(candidates);
                })
                .warmUp(WARM_UP);
    }

    @AfterEach
    void leavesNothingBehind() {
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void givesANewInstanceMoreAndMoreOfItsWeight() {
        source.deliver(ONE);
        source.deliver(ONE, TWO);
        assertThat(snapshot(TWO).warmUp()).isZero();
        assertWeight(TWO, 0.1);
        for (int step = 1; step <= 20; step++) {
            clock.advance(STEP);
            assertThat(snapshot(TWO).warmUp()).isEqualTo(step / 20.0, EXACTLY);
            assertWeight(TWO, 0.1 + 0.9 * step / 20);
        }
        assertThat(snapshot(TWO).effectiveWeight()).isEqualTo(1);
        assertThat(snapshot(TWO).warmUp()).isEqualTo(1);
        assertWeight(ONE, 1);
    }

    @Test
    void givesRoundRobinsPicksInProportion() {
        source.deliver(ONE);
        source.deliver(ONE, TWO);
        assertThat(picksOf(TWO, 1_100)).isBetween(98, 102);
        clock.advance(HALF);
        assertThat(picksOf(TWO, 1_550)).isBetween(548, 552);
        clock.advance(HALF);
        assertThat(picksOf(TWO, 1_000)).isEqualTo(500);
    }

    @Test
    void makesANewSelectorWithEachStepAndNoMoreAfterTheLast() {
        source.deliver(ONE);
        source.deliver(ONE, TWO);
        selectors.set(0);
        clock.advance(WARM_UP);
        assertThat(selectors).hasValue(20);
        assertThat(clock.pendingTasks()).isZero();
        clock.advance(WARM_UP);
        assertThat(selectors).hasValue(20);
    }

    @Test
    void hasOneTimerForAll() {
        source.deliver(ONE);
        source.deliver(ONE, TWO);
        clock.advance(HALF);
        source.deliver(ONE, TWO, THREE);
        assertThat(clock.pendingTasks()).isEqualTo(1);
        clock.advance(HALF);
        assertWeight(TWO, 1);
        assertWeight(THREE, 0.55);
        clock.advance(HALF);
        assertWeight(THREE, 1);
        assertThat(clock.pendingTasks()).isZero();
    }

    /** There is nobody who could take their calls meanwhile. */
    @Test
    void doesNotWarmUpTheFirstOnes() {
        source.deliver();
        source.deliver(ONE, TWO);
        assertWeight(ONE, 1);
        assertWeight(TWO, 1);
        source.sink().left(ONE.id());
        source.sink().left(TWO.id());
        source.deliver(THREE);
        assertWeight(THREE, 1);
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void isOffUnlessAskedFor() {
        ScriptedSource own = new ScriptedSource();
        try (LoadBalancer without = TestBalancers.builder(clock).source(own).build()) {
            own.deliver(ONE);
            own.deliver(ONE, TWO);
            assertThat(without.snapshot().instance(TWO.id()).effectiveWeight()).isEqualTo(1);
            assertThat(clock.pendingTasks()).isZero();
        }
    }

    @Test
    void countsFromTheStartThatAnInstancePublishes() {
        clock.advance(Duration.ofHours(1));
        source.deliver(ONE);
        source.deliver(
                ONE,
                startedAt(TWO, clock.instant().minus(HALF)),
                startedAt(THREE, clock.instant().minus(WARM_UP)));
        assertWeight(TWO, 0.55);
        assertWeight(THREE, 1);
        clock.advance(HALF);
        assertWeight(TWO, 1);
        assertThat(clock.pendingTasks()).isZero();
    }

    /** The clocks of others may be anywhere. */
    @Test
    void takesAStartInTheFutureForOneNow() {
        source.deliver(ONE);
        source.deliver(ONE, startedAt(TWO, clock.instant().plus(WARM_UP)), startedAt(THREE, Instant.MAX));
        assertWeight(TWO, 0.1);
        assertWeight(THREE, 0.1);
        source.deliver(ONE, startedAt(ServiceInstance.of("10.0.0.4:80"), Instant.MIN));
        assertWeight(ServiceInstance.of("10.0.0.4:80"), 1);
    }

    @Test
    void warmsUpWhatIsWellAgainWheneverItStarted() {
        clock.advance(Duration.ofHours(1));
        source.deliver(ONE, startedAt(TWO, Instant.EPOCH));
        tell(TWO, HealthStatus.HEALTHY);
        assertWeight(TWO, 1);
        tell(TWO, HealthStatus.UNHEALTHY);
        assertThat(clock.pendingTasks()).isZero();
        tell(TWO, HealthStatus.HEALTHY);
        assertWeight(TWO, 0.1);
        clock.advance(HALF);
        assertWeight(TWO, 0.55);
        tell(TWO, HealthStatus.UNHEALTHY);
        tell(TWO, HealthStatus.HEALTHY);
        assertWeight(TWO, 0.1);
        clock.advance(WARM_UP);
        assertWeight(TWO, 1);
    }

    @Test
    void goesOnThroughRefreshesAndChangesOfProperties() {
        source.deliver(ONE);
        source.deliver(ONE, TWO);
        clock.advance(HALF);
        source.deliver(TWO, ONE);
        assertWeight(TWO, 0.55);
        source.deliver(
                TWO,
                TWO,
                ONE,
                ServiceInstance.builder("10.0.0.9", 80).id(TWO.id()).build());
        assertWeight(TWO, 0.55);
        source.deliver(ONE, TWO.toBuilder().weight(4).startTime(clock.instant()).build());
        assertWeight(TWO, 2.2);
        clock.advance(HALF);
        assertWeight(TWO, 4);
    }

    @Test
    void isNotUndoneByAStrategyThatLikesTheIdle() {
        ScriptedSource own = new ScriptedSource();
        LoadBalancer least = TestBalancers.builder(clock)
                .source(own)
                .strategy(Strategies.leastInFlight())
                .warmUp(WARM_UP)
                .build();
        own.deliver(ONE, TWO);
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            leases.add(least.acquire());
        }
        own.deliver(ONE, TWO, THREE);
        for (int i = 0; i < 10; i++) {
            leases.add(least.acquire());
        }
        assertThat(least.snapshot().instance(THREE.id()).inFlight()).isBetween(1, 2);
        leases.forEach(Lease::succeeded);
        least.close();
    }

    @Test
    void ofOneInstanceIsNoneOfTheOthersBusiness() {
        source.deliver(ONE);
        source.deliver(ONE, TWO);
        clock.advance(HALF);
        source.deliver(ONE, TWO, THREE);
        assertWeight(ONE, 1);
        assertWeight(TWO, 0.55);
        assertWeight(THREE, 0.1);
    }

    @Test
    void goesOnWhereItWasWhenAnInstanceReturnsThatStillHadCalls() {
        source.deliver(ONE);
        source.deliver(ONE, TWO);
        clock.advance(STEP);
        Lease lease = orders.acquire(PickRequest.builder().only(TWO.id()).build());
        source.deliver(ONE);
        selectors.set(0);
        clock.advance(HALF.minus(STEP));
        assertThat(selectors).hasValue(0);
        source.deliver(ONE, TWO);
        assertWeight(TWO, 0.55);
        lease.succeeded();
        clock.advance(HALF);
        assertWeight(TWO, 1);
    }

    @Test
    void beginsAgainWithWhatWasGone() {
        source.deliver(ONE);
        source.deliver(ONE, TWO);
        clock.advance(HALF);
        source.deliver(ONE);
        clock.advance(STEP);
        assertThat(clock.pendingTasks()).isZero();
        source.deliver(ONE, TWO);
        assertWeight(TWO, 0.1);
    }

    @Test
    void stopsWhenTheBalancerIsClosed() {
        source.deliver(ONE);
        source.deliver(ONE, TWO);
        clock.advance(STEP);
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
        long version = orders.snapshot().version();
        clock.advance(WARM_UP);
        assertThat(orders.snapshot().version()).isEqualTo(version);
    }

    @Test
    void doesNotCareIfTheClockOnTheWallIsSetMeanwhile() {
        source.deliver(ONE);
        source.deliver(ONE, startedAt(TWO, clock.instant()));
        wallClockError.set(Duration.ofDays(-1000));
        clock.advance(HALF);
        assertWeight(TWO, 0.55);
        wallClockError.set(Duration.ofDays(1000));
        clock.advance(STEP);
        assertWeight(TWO, 0.595);
    }

    /** A machine that slept, or a scheduler that was busy: what counts is the time. */
    @Test
    void catchesUpWhenAStepComesLate() {
        AtomicReference<Runnable> step = new AtomicReference<>();
        AtomicInteger cancelled = new AtomicInteger();
        ScriptedSource own = new ScriptedSource();
        LoadBalancer slow = builder(own)
                .scheduler((task, delay) -> {
                    step.set(task);
                    return cancelled::incrementAndGet;
                })
                .build();
        own.deliver(ONE);
        own.deliver(ONE, TWO);
        clock.advance(HALF);
        step.getAndSet(null).run();
        assertThat(slow.snapshot().instance(TWO.id()).warmUp()).isEqualTo(0.5, EXACTLY);
        clock.advance(Duration.ofDays(1));
        step.getAndSet(null).run();
        assertThat(slow.snapshot().instance(TWO.id()).effectiveWeight()).isEqualTo(1);
        assertThat(step).hasNullValue();
        own.deliver(ONE, TWO, THREE);
        slow.close();
        assertThat(cancelled).hasValue(1);
        long version = slow.snapshot().version();
        step.get().run(); // too late to be cancelled
        assertThat(slow.snapshot().version()).isEqualTo(version);
    }

    @Test
    void leavesNobodyColdIfTheSchedulerRefuses() {
        Scheduler refusing = (task, delay) -> {
            throw new RejectedExecutionException("expected");
        };
        ScriptedSource own = new ScriptedSource();
        try (LoadBalancer refused = builder(own).scheduler(refusing).build()) {
            own.deliver(ONE);
            own.deliver(ONE, TWO);
            assertThat(refused.snapshot().instance(TWO.id()).effectiveWeight()).isEqualTo(1);
        }
    }

    @Test
    void warmsUpAlsoWhereAllWeightsAreZero() {
        source.deliver(weighing(ONE, 0));
        source.deliver(weighing(ONE, 0), weighing(TWO, 0));
        assertWeight(ONE, 1);
        assertWeight(TWO, 0.1);
        source.deliver(weighing(ONE, 0), weighing(TWO, 0), THREE);
        assertWeight(TWO, 0);
        assertWeight(THREE, 0.1);
        clock.advance(WARM_UP);
        assertWeight(TWO, 0);
        assertWeight(THREE, 1);
    }

    @Test
    void leavesAWeightToWhatHasOne() {
        source.deliver(ONE);
        source.deliver(ONE, weighing(TWO, Double.MIN_VALUE));
        assertThat(snapshot(TWO).effectiveWeight()).isEqualTo(Double.MIN_VALUE);
        assertThat(snapshot(TWO).isEligible()).isTrue();
    }

    private int picksOf(ServiceInstance instance, int picks) {
        int count = 0;
        for (int i = 0; i < picks; i++) {
            try (Lease lease = orders.acquire()) {
                count += lease.instance().id().equals(instance.id()) ? 1 : 0;
            }
        }
        return count;
    }

    private void tell(ServiceInstance instance, HealthStatus status) {
        reports.get(instance.id()).status(status, "says so");
    }

    private static ServiceInstance startedAt(ServiceInstance instance, Instant start) {
        return instance.toBuilder().startTime(start).build();
    }

    private static ServiceInstance weighing(ServiceInstance instance, double weight) {
        return instance.toBuilder().weight(weight).build();
    }

    private void assertWeight(ServiceInstance instance, double weight) {
        assertThat(snapshot(instance).effectiveWeight()).isEqualTo(weight, EXACTLY);
    }

    private InstanceSnapshot snapshot(ServiceInstance instance) {
        return orders.snapshot().instance(instance.id());
    }
}
