package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.health.HealthMonitor;
import dev.evenkeel.lb.health.HealthReport;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the calls of a session go, while instances come, go, drain, are sick or busy. */
class SessionsTest {

    private static final Duration GRACE = Duration.ofSeconds(30);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final Map<ServiceInstance, HealthReport> reports = new HashMap<>();
    private final StickySession session = new StickySession();
    private final PickRequest mine = PickRequest.inSession(session);
    private LoadBalancer orders = builder().build();

    private LoadBalancerBuilder builder() {
        return TestBalancers.builder(clock)
                .source(source)
                .strategy(Strategies.roundRobin())
                .health(context -> new HealthMonitor() {
                    @Override
                    public Tracker track(ServiceInstance instance, HealthReport report) {
                        reports.put(instance, report);
                        return () -> {};
                    }

                    @Override
                    public void close() {}
                });
    }

    private void rebuild(LoadBalancerBuilder builder) {
        orders.close();
        orders = builder.build();
    }

    @AfterEach
    void leavesNothingBehind() {
        assertThat(orders.snapshot().inFlight()).isZero();
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    private ServiceInstance call(PickRequest request) {
        try (Lease lease = orders.acquire(request)) {
            lease.succeeded();
            return lease.instance();
        }
    }

    private void verdict(ServiceInstance instance, HealthStatus status) {
        Objects.requireNonNull(reports.get(instance)).status(status, "expected");
    }

    /** A session that begins at this instance. */
    private void beginAt(ServiceInstance instance) {
        assertThat(session.move("orders", session.instanceId("orders"), instance.id()))
                .isTrue();
        assertThat(call(mine)).isEqualTo(instance);
    }

    private static PickRequest newSession() {
        return PickRequest.inSession(new StickySession());
    }

    // ---- where it begins, and that it stays

    @Test
    void theFirstCallGoesWhereTheStrategySaysAndTheOthersFollow() {
        source.deliver(ONE, TWO, THREE);
        assertThat(session.instanceId("orders")).isEmpty();
        ServiceInstance before = call(PickRequest.EMPTY);
        ServiceInstance first = call(mine);
        ServiceInstance after = call(PickRequest.EMPTY);
        assertThat(Set.of(before, first, after)).hasSize(3);
        for (int i = 0; i < 10; i++) {
            assertThat(call(mine)).isEqualTo(first);
        }
        assertThat(session.instanceId("orders")).contains(first.id());
    }

    @Test
    void aStickyKeySaysWhereItBegins() {
        rebuild(builder().strategy(Strategies.stickyKey(Strategies.roundRobin())));
        source.deliver(ONE, TWO, THREE);
        for (String key : List.of("a", "b", "c", "d")) {
            PickRequest request = PickRequest.stickyTo(key).toBuilder()
                    .session(new StickySession())
                    .build();
            assertThat(call(request)).isEqualTo(call(PickRequest.stickyTo(key)));
        }
    }

    @Test
    void itsCallsDoNotChangeWhereTheOthersGo() {
        source.deliver(ONE, TWO, THREE);
        beginAt(TWO);
        List<ServiceInstance> others = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            others.add(call(PickRequest.EMPTY));
            for (int j = 0; j < i; j++) {
                assertThat(call(mine)).isEqualTo(TWO);
            }
        }
        assertThat(others.subList(0, 3)).containsExactlyInAnyOrder(ONE, TWO, THREE);
        assertThat(others.subList(3, 6)).isEqualTo(others.subList(0, 3));
        assertThat(others.subList(6, 9)).isEqualTo(others.subList(0, 3));
    }

    @Test
    void itStaysWhenOthersComeAndGo() {
        source.deliver(ONE, TWO);
        beginAt(ONE);
        source.deliver(ONE, THREE, TWO);
        assertThat(call(mine)).isEqualTo(ONE);
        source.deliver(THREE, ONE.toBuilder().weight(0.01).build());
        assertThat(call(mine).id()).isEqualTo(ONE.id());
    }

    @Test
    void twoServicesDoNotMeetInASession() {
        source.deliver(ONE, TWO);
        beginAt(ONE);
        try (LoadBalancer users =
                LoadBalancer.builder("users").instances("10.0.1.1:80").build()) {
            users.acquire(mine).succeeded();
            users.acquire(mine).succeeded();
        }
        assertThat(session.instanceId("users")).contains("10.0.1.1:80");
        assertThat(session.instanceId("orders")).contains(ONE.id());
    }

    @Test
    void itGoesToTheFirstInstanceThatThereIs() {
        var lease = orders.acquireAsync(mine);
        source.deliver(ONE);
        assertThat(lease.join().instance()).isEqualTo(ONE);
        lease.join().succeeded();
        assertThat(session.instanceId("orders")).contains(ONE.id());
    }

    @Test
    void callsOfANewSessionThatBeginTogetherAgree() throws Exception {
        int threads = 4;
        source.deliver(ONE, TWO, THREE);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            for (int round = 0; round < 200; round++) {
                PickRequest request = newSession();
                Set<ServiceInstance> seen = ConcurrentHashMap.newKeySet();
                List<Future<?>> calls = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    calls.add(executor.submit(() -> {
                        start.await();
                        return seen.add(call(request));
                    }));
                }
                for (Future<?> call : calls) {
                    call.get();
                }
                assertThat(seen).hasSize(1);
            }
        } finally {
            executor.shutdown();
        }
    }

    // ---- calls that go elsewhere, while it stays

    @Test
    void whatIsMoreThanTheLimitGoesElsewhereAndItStays() {
        rebuild(builder().maxInFlightPerInstance(2));
        source.deliver(ONE, TWO);
        beginAt(ONE);
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            leases.add(orders.acquire(mine));
        }
        assertThat(leases).extracting(Lease::instance).containsExactly(ONE, ONE, TWO, TWO);
        assertThatExceptionOfType(PoolSaturatedException.class).isThrownBy(() -> orders.acquire(mine));
        assertThat(session.instanceId("orders")).contains(ONE.id());
        leases.forEach(Lease::succeeded);
        assertThat(call(mine)).isEqualTo(ONE);
    }

    @Test
    void oneThatFloodsStaysWithinItsBound() {
        rebuild(builder().maxSessionLoad(1.25));
        source.deliver(ONE, TWO, THREE, THREE.toBuilder().id("four").build());
        beginAt(ONE);
        List<Lease> leases = new ArrayList<>();
        for (int total = 0; total < 200; total++) {
            leases.add(orders.acquire(mine));
            assertThat(orders.snapshot().instance(ONE.id()).inFlight())
                    .isLessThanOrEqualTo((int) Math.ceil(1.25 * (total + 1) / 4));
        }
        assertThat(orders.snapshot().instance(ONE.id()).inFlight()).isGreaterThanOrEqualTo(50);
        assertThat(session.instanceId("orders")).contains(ONE.id());
        leases.forEach(Lease::succeeded);
        assertThat(call(mine)).isEqualTo(ONE);
    }

    @Test
    void theBoundGoesByWeight() {
        rebuild(builder().maxSessionLoad(1.5));
        source.deliver(
                ONE.toBuilder().weight(3e307).build(),
                TWO.toBuilder().weight(1e307).build());
        session.move("orders", session.instanceId("orders"), ONE.id());
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            leases.add(orders.acquire(mine));
        }
        assertThat(leases)
                .extracting(lease -> lease.instance().id())
                .containsOnly(ONE.id()); // 1.5 * 3/4 is more than all
        leases.forEach(Lease::succeeded);
    }

    @Test
    void withoutABoundItStaysHoweverBusy() {
        source.deliver(ONE, TWO);
        beginAt(ONE);
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            leases.add(orders.acquire(mine));
        }
        assertThat(leases).extracting(Lease::instance).containsOnly(ONE);
        leases.forEach(Lease::succeeded);
    }

    @Test
    void aCallThatNamesAnotherInstanceGoesThereAndItStays() {
        source.deliver(ONE, TWO, THREE);
        beginAt(ONE);
        assertThat(call(mine.toBuilder().prefer(TWO.id()).build())).isEqualTo(TWO);
        assertThat(call(mine.toBuilder().only(THREE.id()).build())).isEqualTo(THREE);
        assertThat(call(mine.toBuilder().avoid(List.of(ONE.id())).build())).isNotEqualTo(ONE);
        assertThat(call(mine)).isEqualTo(ONE);
    }

    @Test
    void whereAllOthersAreToBeAvoidedTooItGoesThereAllTheSame() {
        source.deliver(ONE);
        beginAt(ONE);
        assertThat(call(mine.toBuilder().avoid(List.of(ONE.id())).build())).isEqualTo(ONE);
    }

    // ---- drains

    @Test
    void oneThatDrainsKeepsItsSessionsAndGetsNoOthers() {
        rebuild(builder().strategy(Strategies.stickyKey(Strategies.roundRobin())));
        source.deliver(ONE, TWO, THREE);
        beginAt(ONE);
        source.sink().left(ONE.id());
        assertThat(orders.snapshot().instance(ONE.id()).isDraining()).isTrue();
        for (int i = 0; i < 20; i++) {
            assertThat(call(mine)).isEqualTo(ONE);
            assertThat(call(newSession())).isNotEqualTo(ONE);
            assertThat(call(PickRequest.stickyTo("key" + i))).isNotEqualTo(ONE);
            assertThat(call(PickRequest.EMPTY)).isNotEqualTo(ONE);
        }
        clock.advance(GRACE.minusNanos(1));
        assertThat(call(mine)).isEqualTo(ONE);
        Lease last = orders.acquire(mine);
        clock.advance(Duration.ofNanos(1));
        ServiceInstance next = call(mine);
        assertThat(next).isNotEqualTo(ONE);
        assertThat(orders.snapshot().instance(ONE.id()).inFlight()).isOne();
        last.succeeded();
        clock.runDue();
        assertThat(orders.snapshot().find(ONE.id())).isEmpty();
        assertThat(call(mine)).isEqualTo(next);
    }

    @Test
    void whatTheDrainingInstanceHasCountsAgainstItsLimit() {
        rebuild(builder().maxInFlightPerInstance(1));
        source.deliver(ONE, TWO);
        beginAt(ONE);
        source.sink().left(ONE.id());
        Lease one = orders.acquire(mine);
        Lease other = orders.acquire(mine);
        assertThat(one.instance()).isEqualTo(ONE);
        assertThat(other.instance()).isEqualTo(TWO);
        one.succeeded();
        other.succeeded();
        assertThat(call(mine)).isEqualTo(ONE);
    }

    @Test
    void theLastOneKeepsItsSessionsToo() {
        source.deliver(ONE);
        beginAt(ONE);
        source.sink().left(ONE.id());
        assertThat(call(mine)).isEqualTo(ONE);
        assertThatExceptionOfType(NoInstanceAvailableException.class).isThrownBy(() -> orders.acquire(newSession()));
    }

    @Test
    void oneThatDrainsAndIsNotReachedHasLostItsSessions() {
        source.deliver(ONE, TWO);
        beginAt(ONE);
        source.sink().left(ONE.id());
        orders.acquire(mine).end(Outcome.neverReached());
        clock.runDue();
        assertThat(orders.snapshot().find(ONE.id())).isEmpty();
        assertThat(call(mine)).isEqualTo(TWO);
    }

    @Test
    void oneThatDrainsAndFailsAllCallsHasLostItsSessions() {
        source.deliver(ONE, TWO);
        beginAt(ONE);
        source.sink().left(ONE.id());
        for (int i = 0; i < 5; i++) {
            assertThat(orders.snapshot().find(ONE.id())).isPresent();
            orders.acquire(mine).end(Outcome.failed());
            clock.runDue();
        }
        assertThat(call(mine)).isEqualTo(TWO);
    }

    @Test
    void oneThatComesBackWhileItDrainsIsTheSame() {
        source.deliver(ONE, TWO);
        beginAt(ONE);
        source.sink().left(ONE.id());
        clock.advance(Duration.ofSeconds(10));
        source.deliver(ONE, TWO);
        assertThat(orders.snapshot().instance(ONE.id()).isDraining()).isFalse();
        clock.advance(GRACE);
        assertThat(call(mine)).isEqualTo(ONE);
        assertThat(List.of(call(PickRequest.EMPTY), call(PickRequest.EMPTY))).containsExactlyInAnyOrder(ONE, TWO);
    }

    @Test
    void oneThatLeavesSickKeepsNobody() {
        source.deliver(ONE, TWO);
        beginAt(ONE);
        verdict(ONE, HealthStatus.UNHEALTHY);
        source.sink().left(ONE.id());
        assertThat(orders.snapshot().find(ONE.id())).isEmpty();
    }

    @Test
    void withoutSessionsOneThatLeavesIsGoneAtOnce() {
        source.deliver(ONE, TWO);
        call(PickRequest.EMPTY);
        source.sink().left(ONE.id());
        assertThat(orders.snapshot().find(ONE.id())).isEmpty();
    }

    @Test
    void theGraceCanBeTurnedOff() {
        rebuild(builder().sessionGrace(Duration.ZERO));
        source.deliver(ONE, TWO);
        beginAt(ONE);
        source.sink().left(ONE.id());
        assertThat(orders.snapshot().find(ONE.id())).isEmpty();
        assertThat(call(mine)).isEqualTo(TWO);
    }

    @Test
    void oneWithoutWeightKeepsItsSessionsAndGetsNoOthers() {
        source.deliver(ONE, TWO);
        beginAt(ONE);
        source.deliver(ONE.toBuilder().weight(0).build(), TWO);
        for (int i = 0; i < 5; i++) {
            assertThat(call(mine).id()).isEqualTo(ONE.id());
            assertThat(call(newSession())).isEqualTo(TWO);
        }
    }

    // ---- absence and sickness

    @Test
    void oneThatIsAbsentKeepsItsSessionsAndGetsNoNewOnes() {
        source.deliver(ONE, TWO);
        beginAt(ONE);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(TWO);
        assertThat(orders.snapshot().instances())
                .filteredOn(InstanceSnapshot::isAbsent)
                .hasSize(1);
        for (int i = 0; i < 10; i++) {
            assertThat(call(mine)).isEqualTo(ONE);
            assertThat(call(newSession())).isEqualTo(TWO);
        }
        clock.advance(Duration.ofSeconds(10));
        assertThat(call(mine)).isEqualTo(TWO);
    }

    @Test
    void whereTheOthersAreFullEvenOneThatIsAbsentGetsANewSession() {
        rebuild(builder().maxInFlightPerInstance(1));
        source.deliver(ONE, TWO);
        verdict(ONE, HealthStatus.HEALTHY);
        source.deliver(TWO);
        Lease two = orders.acquire(newSession());
        Lease one = orders.acquire(newSession());
        assertThat(two.instance()).isEqualTo(TWO);
        assertThat(one.instance()).isEqualTo(ONE);
        two.succeeded();
        one.succeeded();
    }

    @Test
    void itMovesOnceWhenItsInstanceIsSickAndDoesNotMoveBack() {
        source.deliver(ONE, TWO, THREE);
        beginAt(ONE);
        verdict(ONE, HealthStatus.UNHEALTHY);
        ServiceInstance next = call(mine);
        assertThat(next).isNotEqualTo(ONE);
        verdict(ONE, HealthStatus.HEALTHY);
        for (int i = 0; i < 5; i++) {
            assertThat(call(mine)).isEqualTo(next);
        }
    }

    @Test
    void itMovesWhenItsInstanceIsEjected() {
        source.deliver(ONE, TWO, THREE);
        beginAt(ONE);
        for (int i = 0; i < 2; i++) {
            Lease lease = orders.acquire(mine);
            assertThat(lease.instance()).isEqualTo(ONE);
            lease.end(Outcome.neverReached());
        }
        clock.runDue();
        assertThat(call(mine)).isNotEqualTo(ONE);
    }

    @Test
    void itMovesWhenItsInstanceLacksWhatTheCallRequires() {
        ServiceInstance newer = TWO.toBuilder().metadata(Map.of("version", "2")).build();
        source.deliver(ONE, newer);
        beginAt(ONE);
        assertThat(call(mine.toBuilder().requireMetadata("version", "2").build()))
                .isEqualTo(newer);
        assertThat(call(mine)).isEqualTo(newer);
    }

    @Test
    void whereNobodyIsLeftItStaysUntilSomebodyIs() {
        rebuild(builder().acceptEmptyLists(true));
        source.deliver(ONE);
        beginAt(ONE);
        source.deliver();
        assertThatExceptionOfType(NoInstanceAvailableException.class).isThrownBy(() -> orders.acquire(mine));
        assertThat(session.instanceId("orders")).contains(ONE.id());
        source.deliver(TWO, ONE);
        assertThat(call(mine)).isEqualTo(ONE);
    }

    // ---- restarts

    @Test
    void oneThatRestartsUnderItsIdIsTheSameAlsoAtAnotherAddress() {
        ServiceInstance pod =
                ServiceInstance.builder("10.0.0.8", 80).id("pod-0").build();
        ServiceInstance restarted =
                ServiceInstance.builder("10.0.0.9", 80).id("pod-0").build();
        source.deliver(pod, TWO, THREE);
        beginAt(pod);
        source.sink().left("pod-0");
        source.deliver(TWO, THREE);
        source.deliver(TWO, THREE, restarted);
        assertThat(call(mine)).isEqualTo(restarted);
    }

    @Test
    void eachSessionMovesAtMostOnceForEachRestartOfItsInstance() {
        List<ServiceInstance> running = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            running.add(ServiceInstance.of("10.0.0." + i, 80));
        }
        deliver(running);
        List<PickRequest> sessions = new ArrayList<>();
        Map<PickRequest, ServiceInstance> places = new HashMap<>();
        for (int i = 0; i < 50; i++) {
            sessions.add(newSession());
            places.put(sessions.get(i), call(sessions.get(i)));
        }
        for (int restarted = 0; restarted < 5; restarted++) {
            ServiceInstance old = running.get(restarted);
            source.sink().left(old.id());
            clock.advance(GRACE.dividedBy(2));
            sessions.forEach(request -> assertThat(call(request)).isEqualTo(places.get(request)));
            clock.advance(GRACE.dividedBy(2));
            running.set(restarted, ServiceInstance.of("10.0.1." + restarted, 80));
            deliver(running);
            for (PickRequest request : sessions) {
                ServiceInstance before = places.put(request, call(request));
                boolean moved = !places.get(request).equals(before);
                assertThat(moved).isEqualTo(old.equals(before));
                assertThat(call(request)).isEqualTo(places.get(request));
            }
        }
        assertThat(orders.snapshot().instances()).hasSize(5);
    }

    private void deliver(List<ServiceInstance> instances) {
        source.deliver(instances.toArray(ServiceInstance[]::new));
    }

    // ---- settings

    @Test
    void refusesNonsense() {
        for (Duration grace : new Duration[] {Duration.ofNanos(-1), Duration.ofDays(2)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().sessionGrace(grace))
                    .withMessage("grace: " + grace + " (expected: 0..PT24H)");
        }
        for (double factor : new double[] {1, 0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().maxSessionLoad(factor))
                    .withMessage("factor: " + factor + " (expected: more than 1 and finite)");
        }
        String tooLong = "x".repeat(257);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> session.move("orders", session.instanceId("orders"), tooLong))
                .withMessage("to: 257 characters (expected: at most 256, the id of an instance)");
    }
}
