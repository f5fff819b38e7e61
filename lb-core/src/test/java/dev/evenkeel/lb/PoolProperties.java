package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Histories of lists, departures, health, time and calls, held against a model of what is in flight. */
class PoolProperties {

    private static final int ADDRESSES = 6;

    @Provide
    Arbitrary<LoadBalancingStrategy> strategies() {
        return Arbitraries.of(
                Strategies.roundRobin(),
                Strategies.random(),
                Strategies.leastInFlight(),
                Strategies.adaptive(),
                Strategies.powerOfTwoChoices(),
                Strategies.stickyKey(Strategies.roundRobin()),
                Strategies.stickyKeyTable(Strategies.roundRobin()),
                candidates -> request -> null,
                candidates -> request -> candidates.get(0));
    }

    @Property(tries = 300)
    void holdsItsInvariantsOverAnyHistory(
            @ForAll("strategies") LoadBalancingStrategy strategy,
            @ForAll @IntRange(min = 1, max = 4) int limit,
            @ForAll @IntRange(min = 1, max = 150) int steps,
            @ForAll long seed) {
        History history = new History(strategy, limit, new Random(seed));
        for (int i = 0; i < steps; i++) {
            history.step();
            history.check();
        }
        history.finish();
    }

    private static final class History {

        private final VirtualClock clock = new VirtualClock();
        private final ScriptedSource source = new ScriptedSource();
        private final RecordingListener listener = new RecordingListener();
        private final Set<Integer> sickPorts = new HashSet<>();
        private final List<Lease> inFlight = new ArrayList<>();
        private final Random random;
        private final int limit;
        private final LoadBalancer orders;
        private long picks;

        History(LoadBalancingStrategy strategy, int limit, Random random) {
            this.random = random;
            this.limit = limit;
            HealthProbe probe = (instance, context) -> CompletableFuture.completedFuture(
                    sickPorts.contains(instance.port()) ? ProbeResult.sick("sick") : ProbeResult.well());
            orders = TestBalancers.builder(clock)
                    .source(source)
                    .strategy(strategy)
                    .maxInFlightPerInstance(limit)
                    .healthCheck(probe, ProbeConfig.builder().rise(1).fall(1).build())
                    .listener(listener)
                    .warmUp(Duration.ofSeconds(random.nextInt(2) * 20))
                    .build();
        }

        void step() {
            switch (random.nextInt(8)) {
                case 0 -> source.deliver(list());
                case 1 -> source.sink().left(instance().id());
                case 2 -> sickPorts.add(instance().port());
                case 3 -> sickPorts.remove(instance().port());
                case 4 -> clock.advance(Duration.ofMillis(random.nextInt(6000)));
                case 5 -> end();
                default -> pick();
            }
        }

        private ServiceInstance[] list() {
            return random.ints(random.nextInt(ADDRESSES + 1), 0, ADDRESSES)
                    .mapToObj(i -> instance())
                    .toArray(ServiceInstance[]::new);
        }

        /** Few ids and few addresses, so that they meet again, also in other pairs. */
        private ServiceInstance instance() {
            int place = random.nextInt(ADDRESSES);
            int port = random.nextInt(10) == 0 ? 90 + place : 80 + place;
            return ServiceInstance.builder("10.0.0.1", port)
                    .id("i" + place)
                    .weight(random.nextInt(4))
                    .build();
        }

        private PickRequest request() {
            PickRequest.Builder request = PickRequest.builder();
            if (random.nextBoolean()) {
                request.stickyKey("k" + random.nextInt(5));
            }
            if (random.nextInt(3) == 0) {
                request.avoid(List.of(instance().id(), instance().id()));
            }
            if (random.nextInt(4) == 0) {
                request.prefer(instance().id());
            }
            return request.build();
        }

        private void pick() {
            PickRequest request = request();
            PoolSnapshot before = orders.snapshot();
            Lease lease;
            try {
                lease = orders.acquire(request);
            } catch (NoInstanceAvailableException none) {
                assertThat(before.instances()).noneMatch(InstanceSnapshot::isEligible);
                return;
            } catch (PoolSaturatedException full) {
                assertThat(before.instances()).noneMatch(this::isFree);
                return;
            }
            picks++;
            inFlight.add(lease);
            InstanceSnapshot picked = before.instances().stream()
                    .filter(candidate -> candidate.instance().equals(lease.instance()))
                    .filter(InstanceSnapshot::isEligible)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("picked what was not eligible: " + lease));
            assertThat(isFree(picked)).isTrue();
            assertThat(lease.isFailOpen()).isEqualTo(before.isFailOpen());
            if (request.avoided().contains(picked.id())
                    && !request.preferred().filter(picked.id()::equals).isPresent()) {
                assertThat(before.instances())
                        .noneMatch(other -> isFree(other) && !request.avoided().contains(other.id()));
            }
        }

        private boolean isFree(InstanceSnapshot instance) {
            return instance.isEligible() && instance.inFlight() < limit;
        }

        private void end() {
            if (!inFlight.isEmpty()) {
                Lease lease = inFlight.remove(random.nextInt(inFlight.size()));
                switch (random.nextInt(4)) {
                    case 0 -> lease.close();
                    case 1 -> lease.end(Outcome.failed());
                    case 2 -> lease.end(Outcome.cancelled());
                    default -> lease.succeeded();
                }
                lease.close();
            }
        }

        void check() {
            PoolSnapshot snapshot = orders.snapshot();
            assertThat(snapshot.inFlight()).isEqualTo(inFlight.size());
            assertThat(snapshot.instances())
                    .allSatisfy(instance -> assertThat(instance.inFlight()).isBetween(0, limit));
            List<InstanceSnapshot> members = snapshot.instances().stream()
                    .filter(instance -> !instance.isDraining())
                    .toList();
            assertThat(members.stream().map(InstanceSnapshot::id).collect(Collectors.toSet()))
                    .hasSameSizeAs(members);
            assertThat(snapshot.instances()).noneMatch(instance -> instance.isEligible() && instance.isDraining());
            assertThat(snapshot.instances())
                    .noneMatch(instance -> instance.isEligible() && !(instance.effectiveWeight() > 0));
            assertThat(snapshot.instances().stream().anyMatch(InstanceSnapshot::isEligible))
                    .isEqualTo(!members.isEmpty());
        }

        void finish() {
            while (!inFlight.isEmpty()) {
                end();
            }
            clock.runDue();
            assertThat(orders.snapshot().instances())
                    .noneMatch(InstanceSnapshot::isDraining)
                    .allMatch(instance -> instance.inFlight() == 0);
            assertThat(orders.snapshot().instances().stream()
                            .mapToLong(InstanceSnapshot::picks)
                            .sum())
                    .isLessThanOrEqualTo(picks);
            orders.close();
            assertThat(clock.pendingTasks()).isZero();
            assertThat(source.open).isZero();
            assertThat(listener.lines()).noneMatch(line -> line.startsWith("BROKEN"));
        }
    }
}
