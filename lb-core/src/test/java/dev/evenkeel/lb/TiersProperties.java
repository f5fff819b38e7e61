package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PoolSnapshot;
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
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TiersProperties {

    private static final List<LoadBalancingStrategy> STRATEGIES = List.of(
            Strategies.adaptive(),
            Strategies.roundRobin(),
            Strategies.leastInFlight(),
            Strategies.stickyKey(Strategies.powerOfTwoChoices()));

    private static final double[] WEIGHTS = {0, 1, 1, 1, 1, 2, 2, 0.1, 1e308, 1e-308};

    /** Whatever comes and goes, and in whichever zone and priority: the shares are whole, and calls go where they may. */
    @Property(tries = 100)
    void shareOutAllCalls(
            @ForAll Random random,
            @ForAll @IntRange(min = 0, max = 3) int strategy,
            @ForAll boolean zonesCount,
            @ForAll boolean hasSubset) {
        VirtualClock clock = new VirtualClock();
        ScriptedSource source = new ScriptedSource();
        Set<String> sick = new HashSet<>();
        HealthProbe probe = (instance, context) -> CompletableFuture.completedFuture(
                sick.contains(instance.id()) ? ProbeResult.sick("says so") : ProbeResult.well());
        LoadBalancerBuilder builder = TestBalancers.builder(clock)
                .source(source)
                .strategy(STRATEGIES.get(strategy))
                .maxInFlightPerInstance(4)
                .healthCheck(probe, ProbeConfig.builder().fall(1).rise(1).build());
        if (zonesCount) {
            builder.zone("a");
        }
        if (hasSubset) {
            builder.subset(4, random.nextInt(10));
        }
        LoadBalancer orders = builder.build();
        List<Lease> leases = new ArrayList<>();
        for (int step = 0; step < 30; step++) {
            switch (random.nextInt(4)) {
                case 0 -> source.sink().update(someOf(random));
                case 1 -> {
                    sick.clear();
                    someOf(random).forEach(instance -> sick.add(instance.id()));
                    clock.advance(Duration.ofSeconds(10));
                }
                case 2 -> {
                    while (!leases.isEmpty()) {
                        leases.remove(leases.size() - 1)
                                .end(random.nextInt(3) == 0 ? Outcome.failed() : Outcome.success());
                    }
                    clock.runDue();
                }
                default -> clock.advance(Duration.ofSeconds(random.nextInt(20)));
            }
            PoolSnapshot snapshot = orders.snapshot();
            assertSharesAreWhole(snapshot, zonesCount);
            for (int i = 0; i < 5; i++) {
                PickRequest request = random.nextBoolean() ? PickRequest.EMPTY : PickRequest.stickyTo("key " + i);
                acquire(orders, request, leases);
            }
        }
        leases.forEach(Lease::succeeded);
        clock.runDue();
        assertThat(orders.snapshot().inFlight()).isZero();
        assertThat(orders.snapshot().strategyFaults()).isZero();
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    /** A call is refused only when nobody has a place, and otherwise goes to somebody who may be picked. */
    private static void acquire(LoadBalancer orders, PickRequest request, List<Lease> leases) {
        PoolSnapshot before = orders.snapshot();
        List<String> eligible = before.instances().stream()
                .filter(InstanceSnapshot::isEligible)
                .map(InstanceSnapshot::id)
                .toList();
        try {
            Lease lease = orders.acquire(request);
            assertThat(eligible).contains(lease.instance().id());
            leases.add(lease);
        } catch (PoolSaturatedException full) {
            assertThat(before.instances())
                    .filteredOn(InstanceSnapshot::isEligible)
                    .allMatch(instance -> instance.inFlight() == instance.limit()
                            || instance.ejectionReason().isPresent());
        } catch (NoInstanceAvailableException nobody) {
            assertThat(eligible).isEmpty();
        }
    }

    private static void assertSharesAreWhole(PoolSnapshot snapshot, boolean zonesCount) {
        Map<String, Double> shares = new HashMap<>();
        List<InstanceSnapshot> eligible = snapshot.instances().stream()
                .filter(InstanceSnapshot::isEligible)
                .collect(Collectors.toList());
        for (InstanceSnapshot instance : eligible) {
            String zone = zonesCount ? instance.instance().zone().orElse("") : "";
            shares.put(instance.instance().priority() + zone, instance.tierShare());
        }
        boolean oneForAll = eligible.stream().allMatch(instance -> instance.tierShare() == 1);
        if (!eligible.isEmpty() && !oneForAll) {
            assertThat(shares.values().stream().mapToDouble(Double::doubleValue).sum())
                    .isCloseTo(1, within(1e-9));
        }
        assertThat(snapshot.instances())
                .filteredOn(instance -> !instance.isEligible())
                .allMatch(instance -> instance.tierShare() == 0);
    }

    private static List<ServiceInstance> someOf(Random random) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            if (random.nextInt(3) > 0) {
                ServiceInstance.Builder builder = ServiceInstance.builder("10.0.0." + i, 80)
                        .priority(random.nextInt(8) == 0 ? 2 - i % 3 : i % 3)
                        .weight(WEIGHTS[random.nextInt(WEIGHTS.length)]);
                instances.add(
                        i % 4 == 0
                                ? builder.build()
                                : builder.zone("abc".substring(i % 4 - 1, i % 4))
                                        .build());
            }
        }
        return instances;
    }
}
