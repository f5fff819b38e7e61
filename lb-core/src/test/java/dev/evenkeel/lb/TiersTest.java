package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Zones and priorities, as a balancer goes by them: real probing in virtual time. */
class TiersTest {

    private static final int CALLS = 4000;

    /** Four standard deviations of a share of so many calls that are drawn, at most. */
    private static final double CHANCE = 0.032;

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final Set<String> sick = new HashSet<>();
    private final HealthProbe probe = (instance, context) -> CompletableFuture.completedFuture(
            sick.contains(instance.id()) ? ProbeResult.sick("says so") : ProbeResult.well());
    private final List<LoadBalancer> open = new ArrayList<>();

    @AfterEach
    void leavesNothingBehind() {
        clock.runDue();
        open.forEach(balancer -> assertThat(balancer.snapshot().inFlight()).isZero());
        open.forEach(
                balancer -> assertThat(balancer.snapshot().strategyFaults()).isZero());
        open.forEach(LoadBalancer::close);
        assertThat(clock.pendingTasks()).isZero();
    }

    static Stream<Arguments> strategies() {
        return Stream.of(
                Arguments.of("adaptive", Strategies.adaptive()),
                Arguments.of("round robin", Strategies.roundRobin()),
                Arguments.of("random", Strategies.random()),
                Arguments.of("least in flight", Strategies.leastInFlight()),
                Arguments.of("power of two choices", Strategies.powerOfTwoChoices()),
                Arguments.of("weighted by report", Strategies.weightedByReport()),
                Arguments.of("sticky key", Strategies.stickyKey(Strategies.roundRobin())),
                Arguments.of("sticky key by table", Strategies.stickyKeyTable(Strategies.roundRobin())));
    }

    // ---- zones

    @ParameterizedTest(name = "{0}")
    @MethodSource("strategies")
    void spillsWhatTheZoneLacksWhateverTheStrategy(String name, LoadBalancingStrategy strategy) {
        LoadBalancer orders = zone("a", strategy);
        deliverZones(4, 4, 4);
        assertThat(callsByZone(orders)).containsOnlyKeys("a");

        fail("a1");
        assertThat(callsByZone(orders)).containsOnlyKeys("a"); // what is left can take it
        fail("a2");
        assertShares(callsByZone(orders), Map.of("a", 0.84, "b", 0.08, "c", 0.08));
        fail("a3");
        assertShares(callsByZone(orders), Map.of("a", 0.467, "b", 0.267, "c", 0.267));
        fail("a4");
        assertShares(callsByZone(orders), Map.of("b", 0.5, "c", 0.5));

        sick.clear();
        clock.advance(LONG_ENOUGH);
        assertThat(callsByZone(orders)).containsOnlyKeys("a");
    }

    @Test
    void logsOnceThatCallsGoElsewhereAndThatTheyDoNoLonger() {
        zone("a", Strategies.roundRobin());
        deliverZones(4, 4);
        try (CapturedLog log = CapturedLog.start()) {
            List.of("a1", "a2", "a3").forEach(this::fail); // of which the first can be borne
            sick.clear();
            clock.advance(LONG_ENOUGH);
            assertThat(log.lines().stream().filter(line -> line.contains("calls go to")))
                    .satisfiesExactly(
                            begin -> assertThat(begin)
                                    .contains("calls go to priority 0 in a (")
                                    .contains("%), priority 0 in b ("),
                            end -> assertThat(end).endsWith("calls go to priority 0 in a (100 %)"));
        }
    }

    @Test
    void doesNotOverloadASmallZone() {
        LoadBalancer orders = zone("a", Strategies.adaptive());
        deliverZones(1, 1, 10);
        assertShares(callsByZone(orders), Map.of("a", 0.35, "c", 0.65));
    }

    @Test
    void hasNoEffectWithOneZone() {
        LoadBalancer orders = zone("a", Strategies.roundRobin());
        deliverZones(3);
        fail("a1");
        assertThat(callsByZone(orders)).containsOnlyKeys("a");
        assertThat(orders.snapshot().instances())
                .extracting(InstanceSnapshot::tierShare)
                .containsExactly(0.0, 1.0, 1.0);
    }

    @Test
    void goesElsewhereWithoutAnybodyInTheZone() {
        LoadBalancer orders = zone("nowhere", Strategies.roundRobin());
        deliverZones(2, 2);
        assertShares(callsByZone(orders), Map.of("a", 0.5, "b", 0.5));
    }

    @Test
    void takesInstancesWithoutAZoneForAnotherOne() {
        LoadBalancer orders = zone("a", Strategies.roundRobin());
        source.deliver(inZone("a", 1), inZone("a", 2), ServiceInstance.of("10.0.9.1:80"));
        assertThat(callsByZone(orders)).containsOnlyKeys("a");
        fail("a1");
        fail("a2");
        assertThat(callsByZone(orders)).containsOnlyKeys("");
    }

    @Test
    void ignoresZonesWhereNoneIsSet() {
        LoadBalancer orders = open(TestBalancers.builder(clock).strategy(Strategies.roundRobin()));
        deliverZones(1, 3);
        assertShares(callsByZone(orders), Map.of("a", 0.25, "b", 0.75));
    }

    @Test
    void goesElsewhereWhenTheZoneIsFull() {
        LoadBalancer orders = open(builder(Strategies.adaptive()).zone("a").maxInFlightPerInstance(1));
        deliverZones(2, 2, 2);
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            leases.add(orders.acquire());
        }
        assertThat(leases.subList(0, 2)).allMatch(lease -> zone(lease).equals("a"));
        assertThatExceptionOfType(PoolSaturatedException.class).isThrownBy(orders::acquire);
        leases.forEach(Lease::succeeded);
        assertThat(callsByZone(orders)).containsOnlyKeys("a");
    }

    @Test
    void goesElsewhereWhenAllInTheZoneAreToBeAvoided() {
        LoadBalancer orders = zone("a", Strategies.roundRobin());
        deliverZones(2, 2);
        PickRequest retry = PickRequest.builder().avoid(List.of("a1", "a2")).build();
        for (int i = 0; i < 20; i++) {
            assertThat(zone(call(orders, retry))).isEqualTo("b");
        }
        PickRequest everywhere =
                PickRequest.builder().avoid(List.of("a1", "a2", "b1", "b2")).build();
        assertThat(zone(call(orders, everywhere))).isEqualTo("a");
    }

    @Test
    void findsMetadataAndPreferredInstancesElsewhere() {
        LoadBalancer orders = zone("a", Strategies.roundRobin());
        ServiceInstance canary =
                inZone("b", 1).toBuilder().metadata(Map.of("version", "2")).build();
        source.deliver(inZone("a", 1), inZone("a", 2), canary, inZone("b", 2));
        PickRequest canaries =
                PickRequest.builder().requireMetadata("version", "2").build();
        assertThat(call(orders, canaries).instance()).isEqualTo(canary);
        PickRequest session = PickRequest.builder().prefer("b2").build();
        assertThat(call(orders, session).instance().id()).isEqualTo("b2");
    }

    /** Each key has an instance; when half of the zone is out, those keys move that have to, and a part goes elsewhere. */
    @Test
    void keepsKeysInTheirTier() {
        LoadBalancer orders = zone("a", Strategies.stickyKey(Strategies.random()));
        deliverZones(4, 4, 4);
        Map<String, String> before = instancesOfKeys(orders);
        assertThat(instancesOfKeys(orders)).isEqualTo(before);
        fail("a1");
        fail("a2");
        Map<String, String> after = instancesOfKeys(orders);
        assertThat(instancesOfKeys(orders)).isEqualTo(after);
        long movedInVain = before.entrySet().stream()
                .filter(key -> !Set.of("a1", "a2").contains(key.getValue()))
                .filter(key -> !key.getValue().equals(after.get(key.getKey())))
                .count();
        assertThat(movedInVain / 500.0).isCloseTo(0.16, within(0.08)); // those of a3 and a4 that go elsewhere
    }

    /** A bound on calls in flight is one of the tier, whatever happens in others. */
    @Test
    void boundsTheLoadOfKeysWithinTheTier() {
        LoadBalancer orders = zone("a", Strategies.stickyKey(Strategies.random()));
        deliverZones(4, 4);
        fail("a1");
        fail("a2");
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            leases.add(orders.acquire(PickRequest.stickyTo("the same key")));
        }
        Set<String> zones = new HashSet<>();
        leases.forEach(lease -> zones.add(zone(lease)));
        assertThat(zones).hasSize(1);
        sick.clear();
        clock.advance(LONG_ENOUGH); // one tier again, with its own count
        leases.forEach(Lease::succeeded);
        for (int i = 0; i < 100; i++) {
            leases.add(orders.acquire(PickRequest.stickyTo("the same key")));
        }
        List<Integer> inFlight = orders.snapshot().instances().stream()
                .map(InstanceSnapshot::inFlight)
                .toList();
        assertThat(inFlight.stream().mapToInt(Integer::intValue).max()).hasValue(32); // 1.25 * 100 / 4
        leases.forEach(Lease::succeeded);
    }

    // ---- priorities

    @ParameterizedTest(name = "{0}")
    @MethodSource("strategies")
    void failsOverWhateverTheStrategy(String name, LoadBalancingStrategy strategy) {
        LoadBalancer orders = open(builder(strategy));
        deliverPriorities(3, 3, 3);
        assertThat(callsByPriority(orders)).containsOnlyKeys(0);
        fail("p0-1");
        assertShares(callsByPriority(orders), Map.of(0, 0.933, 1, 0.067));
        fail("p0-2");
        assertShares(callsByPriority(orders), Map.of(0, 0.467, 1, 0.533));
        fail("p0-3");
        assertThat(callsByPriority(orders)).containsOnlyKeys(1);
        fail("p1-1");
        fail("p1-2");
        assertShares(callsByPriority(orders), Map.of(1, 0.467, 2, 0.533));
        sick.clear();
        clock.advance(LONG_ENOUGH);
        assertThat(callsByPriority(orders)).containsOnlyKeys(0);
    }

    @Test
    void isRightForTiersOfOne() {
        LoadBalancer orders = open(builder(Strategies.adaptive()));
        deliverPriorities(1, 1);
        assertThat(callsByPriority(orders)).containsOnlyKeys(0);
        fail("p0-1");
        assertThat(callsByPriority(orders)).containsOnlyKeys(1);
        assertThat(orders.snapshot().isFailOpen()).isFalse();
        fail("p1-1");
        assertThat(orders.snapshot().isFailOpen()).isTrue();
        assertThat(callsByPriority(orders)).containsOnlyKeys(0, 1); // whoever answers after all
    }

    @Test
    void heedsZonesWithinAPriority() {
        LoadBalancer orders = zone("b", Strategies.roundRobin());
        source.deliver(
                inZone("a", 1),
                inZone("b", 2),
                inZone("a", 3).toBuilder().priority(1).build(),
                inZone("b", 4).toBuilder().priority(1).build());
        assertThat(call(orders, PickRequest.EMPTY).instance().id()).isEqualTo("b2");
        fail("b2");
        assertShares(
                callsByZone(orders),
                Map.of("a", 0.7, "b", 0.3)); // half of the first priority, and the zone's in the second
        fail("a1");
        assertThat(callsByZone(orders)).containsOnlyKeys("b");
    }

    /** Calls fail in the only instance of the best priority: the reserve takes over, and hands back later. */
    @Test
    void handsBackToATierOfOneThatIsWellAgain() {
        LoadBalancer orders = open(TestBalancers.builder(clock));
        deliverPriorities(1, 1);
        for (int i = 0; i < 5; i++) {
            Lease lease = orders.acquire();
            assertThat(lease.instance().id()).isEqualTo("p0-1");
            lease.end(Outcome.failed());
        }
        clock.runDue();
        assertThat(callsByPriority(orders)).containsOnlyKeys(1);
        assertThat(orders.snapshot().isFailOpen()).isFalse();

        clock.advance(Duration.ofSeconds(10)); // on trial
        assertThat(share(orders, "p0-1")).isCloseTo(0.14, within(0.001));
        for (int i = 0; i < 100; i++) {
            orders.acquire().succeeded();
            clock.runDue();
        }
        assertThat(share(orders, "p0-1")).isEqualTo(1);
        assertThat(callsByPriority(orders)).containsOnlyKeys(0);
    }

    /** Those that failed only some calls are not used again while a reserve can take over. */
    @Test
    void doesNotFailOpenWhileAReserveHasRoom() {
        LoadBalancer orders = open(TestBalancers.builder(clock));
        deliverPriorities(4, 1);
        for (int i = 1; i <= 4; i++) {
            pause(orders, "p0-" + i);
        }
        assertThat(orders.snapshot().isFailOpen()).isFalse();
        assertThat(callsByPriority(orders)).containsOnlyKeys(1);
        pause(orders, "p1-1");
        assertThat(orders.snapshot().isFailOpen()).isTrue();
    }

    // ---- what is seen of them

    @Test
    void showsTheShareOfEachTier() {
        LoadBalancer orders = zone("a", Strategies.roundRobin());
        deliverZones(2, 2);
        assertThat(share(orders, "a1")).isEqualTo(1);
        assertThat(share(orders, "b1")).isZero();
        assertThat(orders.snapshot().instance("b1").isEligible()).isTrue();
        assertThat(orders.snapshot().toString()).contains("b1").contains("share=0.0");
    }

    @Test
    void explainsWhoIsAReserve() {
        LoadBalancer orders = zone("a", Strategies.roundRobin());
        deliverZones(1, 1);
        PickRequest impossible = PickRequest.builder().only("nobody").build();
        assertThatExceptionOfType(NoInstanceAvailableException.class)
                .isThrownBy(() -> orders.acquire(impossible))
                .satisfies(refused ->
                        assertThat(refused.explanation().counts()).containsExactly(Map.entry(Reason.NOT_PREFERRED, 2)));
    }

    /** A reserve that joins is no reason to begin again. */
    @Test
    void keepsWhatASelectorKnowsWhenReservesComeAndGo() {
        List<Integer> sizes = new ArrayList<>();
        LoadBalancingStrategy first = candidates -> {
            sizes.add(candidates.size());
            return request -> candidates.get(0);
        };
        LoadBalancer orders = open(builder(first));
        deliverPriorities(2);
        deliverPriorities(2, 3);
        deliverPriorities(2, 1);
        assertThat(sizes).containsExactly(2);
        assertThat(callsByPriority(orders)).containsOnlyKeys(0);
    }

    private LoadBalancer zone(String zone, LoadBalancingStrategy strategy) {
        return open(builder(strategy).zone(zone));
    }

    private LoadBalancerBuilder builder(LoadBalancingStrategy strategy) {
        return TestBalancers.builder(clock)
                .strategy(strategy)
                .healthCheck(probe, ProbeConfig.builder().fall(1).rise(1).build());
    }

    private LoadBalancer open(LoadBalancerBuilder builder) {
        LoadBalancer balancer = builder.source(source).build();
        open.add(balancer);
        return balancer;
    }

    private void deliverZones(int... sizes) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int zone = 0; zone < sizes.length; zone++) {
            for (int i = 1; i <= sizes[zone]; i++) {
                instances.add(inZone("abc".substring(zone, zone + 1), i));
            }
        }
        source.deliver(instances.toArray(new ServiceInstance[0]));
    }

    private static ServiceInstance inZone(String zone, int number) {
        return ServiceInstance.builder("10.0." + (int) zone.charAt(0) + "." + number, 80)
                .id(zone + number)
                .zone(zone)
                .build();
    }

    private void deliverPriorities(int... sizes) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int priority = 0; priority < sizes.length; priority++) {
            for (int i = 1; i <= sizes[priority]; i++) {
                instances.add(ServiceInstance.builder("10.1." + priority + "." + i, 80)
                        .id("p" + priority + "-" + i)
                        .priority(priority)
                        .build());
            }
        }
        source.deliver(instances.toArray(new ServiceInstance[0]));
    }

    private void fail(String id) {
        sick.add(id);
        clock.advance(LONG_ENOUGH);
    }

    /** The instance asks for a pause. */
    private void pause(LoadBalancer orders, String id) {
        Lease lease = orders.acquire(PickRequest.builder().only(id).build());
        lease.end(Outcome.overloaded(Duration.ofSeconds(30)));
        clock.runDue();
    }

    private static Lease call(LoadBalancer orders, PickRequest request) {
        Lease lease = orders.acquire(request);
        lease.succeeded();
        return lease;
    }

    private static Map<String, Double> callsByZone(LoadBalancer orders) {
        Map<String, Double> calls = new TreeMap<>();
        for (int i = 0; i < CALLS; i++) {
            calls.merge(zone(call(orders, PickRequest.stickyTo("key " + i))), 1.0 / CALLS, Double::sum);
            calls.merge(zone(call(orders, PickRequest.EMPTY)), 1.0 / CALLS, Double::sum);
        }
        calls.replaceAll((zone, share) -> share / 2);
        return calls;
    }

    private static Map<Integer, Double> callsByPriority(LoadBalancer orders) {
        Map<Integer, Double> calls = new TreeMap<>();
        for (int i = 0; i < CALLS; i++) {
            calls.merge(call(orders, PickRequest.EMPTY).instance().priority(), 1.0 / CALLS, Double::sum);
        }
        return calls;
    }

    private static Map<String, String> instancesOfKeys(LoadBalancer orders) {
        Map<String, String> instances = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            String key = "key " + i;
            instances.put(
                    key, call(orders, PickRequest.stickyTo(key)).instance().id());
        }
        return instances;
    }

    private static <K> void assertShares(Map<K, Double> calls, Map<K, Double> expected) {
        assertThat(calls.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (tier, share) -> assertThat(calls.get(tier)).as("%s", tier).isCloseTo(share, within(CHANCE)));
    }

    private static double share(LoadBalancer orders, String id) {
        return orders.snapshot().instance(id).tierShare();
    }

    private static String zone(Lease lease) {
        return lease.instance().zone().orElse("");
    }
}
