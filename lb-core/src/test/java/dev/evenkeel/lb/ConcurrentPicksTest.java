package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Picks and ends from several threads while the pool changes all the time: nothing is lost, nothing counted twice. */
class ConcurrentPicksTest {

    private static final int CALLERS = 3;
    private static final int CALLS = 20_000;
    private static final int LIMIT = 2;

    static Stream<LoadBalancingStrategy> strategies() {
        return Stream.of(
                Strategies.roundRobin(),
                Strategies.weightedByReport(),
                Strategies.leastInFlight(),
                Strategies.adaptive(),
                Strategies.powerOfTwoChoices(),
                Strategies.random());
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void inFlightIsExactWhileInstancesComeAndGo(LoadBalancingStrategy strategy) throws Exception {
        VirtualClock clock = new VirtualClock();
        InMemoryRegistry registry = new InMemoryRegistry(clock);
        ServiceInstance stable = ServiceInstance.of("10.0.0.1:80");
        registry.register("orders", stable);
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(registry)
                .strategy(strategy)
                .maxInFlightPerInstance(LIMIT)
                .build();
        AtomicLong picks = new AtomicLong();
        AtomicLong refusals = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        ConcurrentHashMap<ServiceInstance, AtomicLong> counted = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS + 1);
        try {
            Future<?> churn = threads.submit(() -> {
                Random random = new Random(1);
                while (!done.get()) {
                    ServiceInstance coming = ServiceInstance.of("10.0.0." + (2 + random.nextInt(3)) + ":80");
                    registry.register("orders", coming);
                    registry.deregister("orders", "10.0.0." + (2 + random.nextInt(3)) + ":80");
                }
            });
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                int seed = caller;
                callers.add(threads.submit(() -> {
                    Random random = new Random(seed);
                    for (int i = 0; i < CALLS; i++) {
                        try (Lease lease = orders.acquire()) {
                            picks.incrementAndGet();
                            AtomicLong own = counted.computeIfAbsent(lease.instance(), key -> new AtomicLong());
                            assertThat(own.incrementAndGet()).isBetween(1L, (long) LIMIT);
                            own.decrementAndGet();
                            if (random.nextBoolean()) {
                                lease.end(Outcome.failed());
                            }
                        } catch (PoolSaturatedException full) {
                            refusals.incrementAndGet();
                        }
                    }
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
            done.set(true);
            churn.get();
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        assertThat(picks.get() + refusals.get()).isEqualTo((long) CALLERS * CALLS);
        assertThat(picks.get()).isPositive();
        assertThat(orders.snapshot().instances())
                .allSatisfy(instance -> assertThat(instance.inFlight()).isZero());
        InstanceSnapshot one = orders.snapshot().instance(stable.id());
        assertThat(one.picks())
                .isEqualTo(one.outcomes(Outcome.Kind.FAILED) + one.unreported())
                .isLessThanOrEqualTo(picks.get());
        orders.close();
    }

    /** The usual redeployment of a service with one instance: there is always one to pick, though never the same for long. */
    @ParameterizedTest
    @MethodSource("strategies")
    void noPickFailsWhileTheWholeListIsReplaced(LoadBalancingStrategy strategy) throws Exception {
        ScriptedSource source = new ScriptedSource();
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(source).strategy(strategy).build()) {
            source.deliver(TestBalancers.ONE);
            AtomicBoolean done = new AtomicBoolean();
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                List<Future<?>> callers = new ArrayList<>();
                for (int caller = 0; caller < 2; caller++) {
                    callers.add(threads.submit(() -> {
                        while (!done.get()) {
                            orders.acquire().succeeded();
                        }
                    }));
                }
                for (int i = 0; i < 2_000; i++) {
                    source.deliver(i % 2 == 0 ? TestBalancers.TWO : TestBalancers.ONE);
                }
                done.set(true);
                for (Future<?> caller : callers) {
                    caller.get(); // a pick that was refused is thrown here
                }
            } finally {
                done.set(true);
                threads.shutdownNow();
            }
            assertThat(orders.snapshot().inFlight()).isZero();
        }
    }

    /** Many threads end the same leases in every way: each counts once. */
    @ParameterizedTest
    @MethodSource("strategies")
    void aLeaseEndsOnceHoweverManyThreadsEndIt(LoadBalancingStrategy strategy) throws Exception {
        LoadBalancer orders = LoadBalancer.builder("orders")
                .instances("10.0.0.1:80")
                .strategy(strategy)
                .build();
        int leases = 5_000;
        List<Lease> all = new ArrayList<>();
        for (int i = 0; i < leases; i++) {
            all.add(orders.acquire());
        }
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        try {
            List<Future<?>> enders = new ArrayList<>();
            enders.add(threads.submit(() -> all.forEach(Lease::succeeded)));
            enders.add(threads.submit(() -> all.forEach(Lease::close)));
            enders.add(threads.submit(() -> all.forEach(lease -> lease.end(Outcome.failed()))));
            for (Future<?> ender : enders) {
                ender.get();
            }
        } finally {
            threads.shutdownNow();
        }
        InstanceSnapshot one = orders.snapshot().instance("10.0.0.1:80");
        assertThat(one.inFlight()).isZero();
        assertThat(one.outcomes(Outcome.Kind.SUCCESS) + one.outcomes(Outcome.Kind.FAILED) + one.unreported())
                .isEqualTo(leases);
        orders.close();
    }

    @Test
    void closesOnceHoweverManyThreadsCloseItUnderLoad() throws Exception {
        VirtualClock clock = new VirtualClock();
        RecordingListener listener = new RecordingListener();
        LoadBalancer orders = TestBalancers.builder(clock)
                .instances("10.0.0.1:80", "10.0.0.2:80")
                .listener(listener)
                .build();
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS + 8);
        try {
            CountDownLatch underLoad = new CountDownLatch(CALLERS);
            List<Future<?>> ends = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                ends.add(threads.submit(() -> {
                    try {
                        while (true) {
                            orders.acquire().succeeded();
                            underLoad.countDown();
                        }
                    } catch (IllegalStateException closed) {
                        assertThat(closed).hasMessageContaining("closed");
                    }
                }));
            }
            for (int i = 0; i < 8; i++) {
                ends.add(threads.submit(() -> {
                    underLoad.await();
                    orders.close();
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(orders.snapshot().inFlight()).isZero();
        assertThat(listener.lines()).containsOnlyOnce("closed").endsWith("closed");
        assertThat(clock.pendingTasks()).isZero();
    }
}
