package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.strategy.Candidates;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class InFlightTotalTest {

    private static final List<ServiceInstance> INSTANCES = List.of(
            ServiceInstance.of("10.0.0.1:80"), ServiceInstance.of("10.0.0.2:80"),
            ServiceInstance.of("10.0.0.3:80"), ServiceInstance.of("10.0.0.4:80"));

    private final AtomicReference<LongSupplier> total = new AtomicReference<>(() -> -1);

    /** Asks for the total, and picks at random. */
    private final LoadBalancingStrategy strategy = candidates -> {
        total.set(candidates.inFlight());
        return request -> candidates.get(candidates.random().nextInt(candidates.size()));
    };

    /** Calls, and instances that leave with calls in flight and come back. */
    @Property(tries = 50)
    void isWhatTheCandidatesHaveInFlight(@ForAll @IntRange(min = 1, max = 60) int steps, @ForAll long seed) {
        Random random = new Random(seed);
        ScriptedSource source = new ScriptedSource();
        LoadBalancer orders = TestBalancers.builder(new VirtualClock())
                .source(source)
                .strategy(strategy)
                .build();
        source.deliver(some(random));
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(4)) {
                case 0 -> source.deliver(some(random));
                case 1 -> {
                    if (!leases.isEmpty()) {
                        leases.remove(random.nextInt(leases.size())).succeeded();
                    }
                }
                default -> leases.add(orders.acquire());
            }
            long expected = orders.snapshot().instances().stream()
                    .filter(InstanceSnapshot::isEligible)
                    .mapToInt(InstanceSnapshot::inFlight)
                    .sum();
            assertThat(total.get().getAsLong()).isEqualTo(expected);
            assertThat(orders.snapshot().inFlight()).isEqualTo(leases.size());
        }
        leases.forEach(Lease::succeeded);
        assertThat(total.get().getAsLong()).isZero();
        orders.close();
    }

    private static ServiceInstance[] some(Random random) {
        List<ServiceInstance> some = new ArrayList<>(INSTANCES);
        some.removeIf(instance -> random.nextBoolean());
        return some.isEmpty() ? new ServiceInstance[] {INSTANCES.get(0)} : some.toArray(ServiceInstance[]::new);
    }

    @Example
    void isExactAtRestHoweverManyThreadsCallWhileTheListChanges() throws Exception {
        ScriptedSource source = new ScriptedSource();
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(source)
                .strategy(strategy)
                .maxInFlightPerInstance(3)
                .build();
        source.deliver(INSTANCES.get(0), INSTANCES.get(1));
        AtomicBoolean done = new AtomicBoolean();
        List<List<Lease>> kept = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<List<Lease>>> callers = new ArrayList<>();
            for (int caller = 0; caller < 3; caller++) {
                callers.add(threads.submit(() -> {
                    List<Lease> last = new ArrayList<>();
                    for (int i = 0; i < 3_000 || !done.get(); i++) {
                        last.forEach(Lease::succeeded);
                        last.clear();
                        last.add(orders.acquire());
                        assertThat(total.get().getAsLong()).isBetween(0L, 12L);
                    }
                    return last;
                }));
            }
            Random random = new Random(1);
            for (int i = 0; i < 300; i++) {
                List<ServiceInstance> list = new ArrayList<>(INSTANCES);
                list.removeIf(instance -> random.nextInt(4) == 0);
                if (list.size() > 1) {
                    source.deliver(list.toArray(ServiceInstance[]::new));
                }
            }
            source.deliver(INSTANCES.toArray(ServiceInstance[]::new));
            done.set(true);
            for (Future<List<Lease>> caller : callers) {
                kept.add(caller.get());
            }
            // one that comes while another change is applied is applied after it, on that thread
            Eventually.until("the last list is applied", () -> eligible(orders).count() == INSTANCES.size());
            assertThat(total.get().getAsLong())
                    .isEqualTo(eligible(orders)
                            .mapToInt(InstanceSnapshot::inFlight)
                            .sum());
            kept.forEach(leases -> leases.forEach(Lease::succeeded));
            assertThat(total.get().getAsLong()).isZero();
        } finally {
            done.set(true);
            threads.shutdownNow();
            orders.close();
        }
    }

    private static Stream<InstanceSnapshot> eligible(LoadBalancer orders) {
        return orders.snapshot().instances().stream().filter(InstanceSnapshot::isEligible);
    }

    @Example
    void isNotToBeAskedForInAPick() {
        AtomicInteger asked = new AtomicInteger();
        AtomicReference<Candidates> list = new AtomicReference<>();
        LoadBalancer orders = LoadBalancer.builder("orders")
                .instances("10.0.0.1:80")
                .strategy(candidates -> {
                    list.set(candidates);
                    return request -> {
                        asked.incrementAndGet();
                        return candidates.get((int) candidates.inFlight().getAsLong());
                    };
                })
                .build();
        orders.acquire().succeeded(); // as with any strategy that throws
        assertThat(asked.get()).isPositive();
        assertThat(orders.snapshot().strategyFaults()).isPositive();
        assertThatIllegalStateException()
                .isThrownBy(() -> list.get().inFlight())
                .withMessage("inFlight: asked for during a pick (expected: in newSelector)");
        orders.close();
    }
}
