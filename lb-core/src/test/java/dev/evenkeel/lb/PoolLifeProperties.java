package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** All that says who may be picked, at once and in any order: lists, departures, moves, health checks and calls. */
class PoolLifeProperties {

    @Property(tries = 300)
    void isInOrderAtAnyTimeAndWellInTheEnd(@ForAll @IntRange(min = 1, max = 300) int steps, @ForAll long seed) {
        History history = new History(new Random(seed));
        for (int i = 0; i < steps; i++) {
            history.step();
            history.check();
        }
        history.finish();
    }

    private static final class History {

        private static final int IDS = 8;

        private final VirtualClock clock = new VirtualClock();
        private final ScriptedSource source = new ScriptedSource();
        private final RecordingListener listener = new RecordingListener();
        private final Set<Integer> sickPorts = new HashSet<>();
        private final Map<Integer, Double> failureRates = new HashMap<>(); // by port
        private final List<Lease> inFlight = new ArrayList<>();
        private final Random random;
        private final LoadBalancer orders;

        private List<ServiceInstance> list = List.of();

        History(Random random) {
            this.random = random;
            LoadBalancerBuilder builder = TestBalancers.builder(clock)
                    .source(source)
                    .listener(listener)
                    .random(new Random(random.nextLong()))
                    .strategy(Strategies.roundRobin())
                    .acceptEmptyLists(random.nextBoolean());
            if (random.nextBoolean()) {
                builder.healthCheck(
                        (instance, context) -> CompletableFuture.completedFuture(
                                sickPorts.contains(instance.port()) ? ProbeResult.sick("sick") : ProbeResult.well()),
                        ProbeConfig.builder().rise(1).fall(2).build());
            }
            if (random.nextBoolean()) {
                builder.warmUp(Duration.ofSeconds(30));
            }
            if (random.nextBoolean()) {
                builder.zone("a");
            }
            if (random.nextInt(3) == 0) {
                builder.subset(3, random.nextInt(10));
            }
            if (random.nextInt(3) == 0) {
                builder.lossGuard(0.5, Duration.ofSeconds(20));
            }
            if (random.nextInt(3) == 0) {
                builder.maxInFlightPerInstance(2);
            }
            orders = builder.build();
        }

        void step() {
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> deliver();
                case 3 -> source.sink().left("i" + random.nextInt(IDS));
                case 4 -> source.sink().failed(new IOException("expected"));
                case 5 -> sickPorts.add(port());
                case 6 -> sickPorts.remove(port());
                case 7 -> failureRates.put(port(), random.nextInt(3) / 2.0);
                case 8 -> failureRates.remove(port());
                case 9 -> clock.advance(Duration.ofMillis(random.nextInt(12_000)));
                case 10, 11 -> end();
                case 12 -> {
                    for (int i = 0; i < 10; i++) {
                        pick();
                        end();
                    }
                }
                default -> pick();
            }
            clock.runDue();
        }

        private void deliver() {
            List<ServiceInstance> next = new ArrayList<>(list);
            for (int change = random.nextInt(3); change >= 0; change--) {
                int place = next.isEmpty() ? 0 : random.nextInt(next.size());
                switch (next.isEmpty() ? 0 : random.nextInt(5)) {
                    case 0, 1 -> next.add(place, instance(random.nextInt(IDS)));
                    case 2 -> next.remove(place);
                    case 3 -> next.subList(0, place).clear();
                    default -> Collections.shuffle(next, random);
                }
            }
            list = next;
            source.sink().update(next);
        }

        private ServiceInstance instance(int id) {
            ServiceInstance.Builder builder = ServiceInstance.builder(
                            "10.0.0.1", (random.nextInt(6) == 0 ? 90 : 80) + id)
                    .id("i" + id)
                    .weight(random.nextInt(3))
                    .priority(random.nextInt(4) / 3);
            return random.nextBoolean()
                    ? builder.zone(random.nextBoolean() ? "a" : "b").build()
                    : builder.build();
        }

        private int port() {
            return (random.nextInt(6) == 0 ? 90 : 80) + random.nextInt(IDS);
        }

        private void pick() {
            PickRequest.Builder request = PickRequest.builder();
            switch (random.nextInt(4)) {
                case 0 -> request.avoid(List.of("i" + random.nextInt(IDS)));
                case 1 -> request.prefer("i" + random.nextInt(IDS));
                default -> {}
            }
            Lease lease;
            try {
                lease = orders.acquire(request.build());
            } catch (PoolSaturatedException full) {
                return;
            } catch (NoInstanceAvailableException nobody) {
                assertThat(orders.snapshot().instances()).noneMatch(InstanceSnapshot::isEligible);
                return;
            }
            inFlight.add(lease);
            assertThat(lease.isFailOpen()).isEqualTo(orders.snapshot().isFailOpen());
            assertThat(orders.snapshot().instances())
                    .filteredOn(instance -> instance.instance().equals(lease.instance()))
                    .anyMatch(InstanceSnapshot::isEligible);
        }

        private void end() {
            if (inFlight.isEmpty()) {
                return;
            }
            Lease lease = inFlight.remove(random.nextInt(inFlight.size()));
            if (random.nextInt(3) == 0) {
                lease.answered();
            }
            boolean fails = random.nextDouble()
                    < failureRates.getOrDefault(lease.instance().port(), 0.0);
            lease.end(
                    switch (fails ? random.nextInt(5) : 5 + random.nextInt(8)) {
                        case 0, 1 -> Outcome.neverReached();
                        case 2 -> Outcome.overloaded(Duration.ofSeconds(random.nextInt(100)));
                        case 3, 4 -> Outcome.failed();
                        case 5 -> Outcome.cancelled();
                        default -> Outcome.success();
                    });
        }

        void check() {
            PoolSnapshot snapshot = orders.snapshot();
            assertThat(snapshot.inFlight()).isEqualTo(inFlight.size());
            List<InstanceSnapshot> members = snapshot.instances().stream()
                    .filter(instance -> !instance.isDraining())
                    .toList();
            assertThat(members).extracting(InstanceSnapshot::id).doesNotHaveDuplicates();
            assertThat(snapshot.instances())
                    .filteredOn(InstanceSnapshot::isDraining)
                    .noneMatch(InstanceSnapshot::isEligible)
                    .allMatch(instance -> instance.inFlight() > 0);
            boolean anyWeight =
                    members.stream().anyMatch(instance -> instance.instance().weight() > 0);
            List<InstanceSnapshot> present = members.stream()
                    .filter(instance -> !anyWeight || instance.instance().weight() > 0)
                    .toList();
            assertThat(members).filteredOn(InstanceSnapshot::isEligible).isSubsetOf(present);
            assertThat(present).filteredOn(History::isWell).allMatch(InstanceSnapshot::isEligible);
            if (!snapshot.isFailOpen()) {
                assertThat(present)
                        .filteredOn(InstanceSnapshot::isEligible)
                        .noneMatch(instance -> instance.health() == HealthStatus.UNHEALTHY
                                || !instance.ejectionRemaining().isZero());
            }
            if (present.stream().noneMatch(History::isWell)) {
                assertThat(snapshot.isFailOpen()).isEqualTo(!members.isEmpty());
                assertThat(present.isEmpty() || present.stream().anyMatch(InstanceSnapshot::isEligible))
                        .isTrue();
            }
            assertThat(listener.lines()).noneMatch(line -> line.startsWith("BROKEN"));
        }

        private static boolean isWell(InstanceSnapshot instance) {
            return instance.health() != HealthStatus.UNHEALTHY
                    && instance.ejectionReason().isEmpty();
        }

        /** When nothing is wrong any more, and there is a call now and then, it is as if nothing had ever been. */
        void finish() {
            failureRates.clear();
            sickPorts.clear();
            while (!inFlight.isEmpty()) {
                inFlight.remove(0).succeeded();
            }
            clock.runDue();
            source.deliver(IntStream.range(0, 4)
                    .mapToObj(id -> instance(id).toBuilder().weight(1).build())
                    .toArray(ServiceInstance[]::new));
            for (int second = 0; second < 700 && !isAsIfNothingHadBeen(); second++) {
                clock.advance(Duration.ofSeconds(1));
                for (InstanceSnapshot instance : orders.snapshot().instances()) {
                    if (instance.ejectionReason().isPresent() && instance.isEligible()) {
                        orders.acquire(PickRequest.builder().only(instance.id()).build())
                                .succeeded();
                        clock.runDue();
                    }
                }
            }
            assertThat(isAsIfNothingHadBeen()).as("%s", orders.snapshot()).isTrue();
            check();
            orders.close();
            assertThat(source.open).isZero();
            assertThat(clock.pendingTasks()).isZero();
            assertThat(listener.lines()).endsWith("closed").noneMatch(line -> line.startsWith("BROKEN"));
        }

        private boolean isAsIfNothingHadBeen() {
            return !orders.snapshot().isFailOpen()
                    && orders.snapshot().instances().stream()
                            .allMatch(instance -> isWell(instance)
                                    && !instance.isAbsent()
                                    && !instance.isDraining()
                                    && instance.warmUp() == 1);
        }
    }
}
