package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.RecordingListener;
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
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Histories of calls that end in all ways on instances that are well, break and heal. */
class OutlierProperties {

    @Provide
    Arbitrary<LoadBalancingStrategy> strategies() {
        return Arbitraries.of(
                Strategies.roundRobin(), Strategies.leastInFlight(), Strategies.adaptive(), Strategies.random());
    }

    @Property(tries = 200)
    void holdsItsLimitsOverAnyHistory(
            @ForAll("strategies") LoadBalancingStrategy strategy,
            @ForAll @IntRange(min = 1, max = 12) int size,
            @ForAll @IntRange(min = 1, max = 600) int steps,
            @ForAll long seed) {
        History history = new History(strategy, size, new Random(seed));
        for (int i = 0; i < steps; i++) {
            history.step();
            history.check();
        }
        history.finish();
    }

    /** What is never reached is out after two calls, what fails all of them after five. */
    @Property(tries = 100)
    void ejectsWhatFailsEveryCallWithinFive(
            @ForAll @IntRange(min = 1, max = 9) int size, @ForAll boolean reached, @ForAll long seed) {
        History history = new History(Strategies.roundRobin(), size, new Random(seed));
        Outcome outcome = reached ? Outcome.failed() : Outcome.neverReached();
        int seen = 0;
        while (!history.isEjected(0)) {
            Lease lease = history.orders.acquire();
            boolean bad = lease.instance().port() == 80;
            lease.end(bad ? outcome : Outcome.success());
            history.clock.runDue();
            seen += bad ? 1 : 0;
            assertThat(seen).isLessThanOrEqualTo(reached ? 5 : 2);
        }
        history.finish();
    }

    private static final class History implements LoadBalancerListener {

        private final VirtualClock clock = new VirtualClock();
        private final RecordingListener listener = new RecordingListener();
        private final Map<ServiceInstance, Double> failureRates = new HashMap<>();
        private final Set<ServiceInstance> sick = new HashSet<>();
        private final List<Lease> inFlight = new ArrayList<>();
        private final Map<ServiceInstance, Duration> lastTimes = new HashMap<>();
        private final List<AssertionError> broken = new ArrayList<>();
        private final Random random;
        private final int size;
        private final LoadBalancer orders;

        History(LoadBalancingStrategy strategy, int size, Random random) {
            this.random = random;
            this.size = size;
            HealthProbe probe = (instance, context) -> CompletableFuture.completedFuture(
                    sick.contains(instance) ? ProbeResult.sick("sick") : ProbeResult.well());
            orders = TestBalancers.builder(clock)
                    .instances(IntStream.range(0, size).mapToObj(this::instance).toList())
                    .strategy(strategy)
                    .healthCheck(probe, ProbeConfig.defaults())
                    .listener(listener)
                    .listener(this)
                    .build();
        }

        private ServiceInstance instance(int place) {
            return ServiceInstance.of("10.0.0.1:" + (80 + place));
        }

        void step() {
            switch (random.nextInt(12)) {
                case 0 -> failureRates.put(instance(random.nextInt(size)), random.nextInt(3) / 2.0);
                case 1 -> failureRates.remove(instance(random.nextInt(size)));
                case 2 -> sick.add(instance(random.nextInt(size)));
                case 3 -> sick.remove(instance(random.nextInt(size)));
                case 4 -> clock.advance(Duration.ofMillis(random.nextInt(6_000)));
                case 5, 6 -> end();
                case 7 ->
                    IntStream.range(0, 20).forEach(call -> {
                        pick();
                        end();
                    });
                default -> pick();
            }
        }

        private void pick() {
            Lease lease = orders.acquire(); // somebody is always there
            assertThat(lease.isFailOpen()).isEqualTo(orders.snapshot().isFailOpen());
            inFlight.add(lease);
        }

        private void end() {
            if (inFlight.isEmpty()) {
                return;
            }
            Lease lease = inFlight.remove(random.nextInt(inFlight.size()));
            if (random.nextDouble() >= failureRates.getOrDefault(lease.instance(), 0.0)) {
                lease.end(random.nextInt(10) == 0 ? Outcome.cancelled() : Outcome.success());
                return;
            }
            switch (random.nextInt(8)) {
                case 0 -> lease.end(Outcome.neverReached());
                case 1 -> lease.end(Outcome.overloaded());
                case 2 -> lease.end(Outcome.overloaded(Duration.ofSeconds(random.nextInt(100))));
                default -> lease.end(Outcome.failed());
            }
        }

        @Override
        public void ejected(String serviceName, ServiceInstance instance, Duration time, String reason) {
            try {
                checkEjection(instance, time, reason);
            } catch (AssertionError wrong) { // what a listener throws is only logged
                broken.add(wrong);
            }
        }

        /** Limits on what a rate of failures may take out, at the moment when it does. */
        private void checkEjection(ServiceInstance instance, Duration time, String reason) {
            if (reason.startsWith("asked")) {
                assertThat(time).isLessThanOrEqualTo(Duration.ofMinutes(1));
                return;
            }
            assertThat(time).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(330));
            if (reason.startsWith("failed")) { // the trial: at least as long as before, but for the jitter
                Duration before = lastTimes.getOrDefault(instance, Duration.ZERO);
                assertThat(time.multipliedBy(11)).isGreaterThanOrEqualTo(before.multipliedBy(10));
            }
            lastTimes.put(instance, time);
            if (reason.contains(" of ")) {
                long out = orders.snapshot().instances().stream()
                        .filter(this::isOut)
                        .count();
                assertThat(out).isBetween(1L, (long) Math.max(1, size / 5));
                assertThat(size - out).isPositive();
            }
        }

        private boolean isOut(InstanceSnapshot instance) {
            return instance.ejectionReason().isPresent() || instance.health() == HealthStatus.UNHEALTHY;
        }

        void check() {
            clock.runDue();
            assertThat(broken).isEmpty();
            PoolSnapshot snapshot = orders.snapshot();
            assertThat(snapshot.inFlight()).isEqualTo(inFlight.size());
            assertThat(snapshot.instances()).anyMatch(InstanceSnapshot::isEligible);
            long well = snapshot.instances().stream().filter(i -> !isOut(i)).count();
            assertThat(snapshot.instances())
                    .filteredOn(instance -> !isOut(instance))
                    .allMatch(InstanceSnapshot::isEligible);
            if (well * 2 >= size) {
                assertThat(snapshot.isFailOpen()).isFalse();
                assertThat(snapshot.instances())
                        .filteredOn(instance -> !instance.ejectionRemaining().isZero())
                        .noneMatch(InstanceSnapshot::isEligible);
            }
            if (well == 0) {
                assertThat(snapshot.isFailOpen()).isTrue();
            }
        }

        boolean isEjected(int place) {
            return orders.snapshot()
                    .instance(instance(place).id())
                    .ejectionReason()
                    .isPresent();
        }

        private boolean isAllWell() {
            return orders.snapshot().instances().stream().noneMatch(this::isOut);
        }

        /** When all is well again, nobody is out for long. */
        void finish() {
            failureRates.clear();
            sick.clear();
            while (!inFlight.isEmpty()) {
                inFlight.remove(0).succeeded();
            }
            for (int i = 0; i < 400 && !isAllWell(); i++) {
                clock.advance(Duration.ofSeconds(1));
                for (int call = 0; call < 3 * size; call++) {
                    orders.acquire().succeeded();
                    clock.runDue();
                }
            }
            assertThat(isAllWell()).as("%s", orders.snapshot()).isTrue();
            assertThat(orders.snapshot().isFailOpen()).isFalse();
            assertThat(orders.snapshot().inFlight()).isZero();
            orders.close();
            assertThat(clock.pendingTasks()).isZero();
            assertThat(listener.lines()).noneMatch(line -> line.startsWith("BROKEN"));
        }
    }
}
