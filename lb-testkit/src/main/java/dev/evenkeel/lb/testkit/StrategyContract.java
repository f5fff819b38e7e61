package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What every strategy keeps to. Extend it in a test of your own strategy:
 *
 * <pre>{@code
 * class MyStrategyTest extends StrategyContract {
 *     @Override
 *     protected LoadBalancingStrategy strategy() {
 *         return new MyStrategy();
 *     }
 * }
 * }</pre>
 */
public abstract class StrategyContract {

    private static final int[] SIZES = {1, 2, 3, 10, 100, 300};

    /** For subclasses. */
    protected StrategyContract() {}

    /** The strategy under test: a new one, or always the same. */
    protected abstract LoadBalancingStrategy strategy();

    /** A call as this strategy expects it; by default one that says nothing. The number tells calls apart. */
    protected PickRequest request(int number) {
        return PickRequest.EMPTY;
    }

    /** Whether calls reach every instance of an idle pool sooner or later. By default they do. */
    protected boolean reachesEveryInstance() {
        return true;
    }

    @Test
    void answersWithOneOfItsCandidates() {
        for (int size : SIZES) {
            FakeCandidates candidates = FakeCandidates.ofSize(size);
            assertAnswersFromItsList(candidates, strategy().newSelector(candidates));
        }
    }

    @Test
    void answersWhateverTheWeightsAre() {
        FakeCandidates candidates = FakeCandidates.ofWeights(1e-300, 1e300, 1, 0.1, 7, 1e-9);
        assertAnswersFromItsList(candidates, strategy().newSelector(candidates));
    }

    @Test
    void answersWhateverTheLoadIs() {
        FakeCandidates candidates = FakeCandidates.ofSize(20);
        Random random = new Random(5);
        for (int i = 0; i < 20; i++) {
            candidates
                    .get(i)
                    .inFlight(random.nextInt(4) == 0 ? Integer.MAX_VALUE : random.nextInt(1000))
                    .latency(Duration.ofNanos(random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextInt())
                            .abs());
        }
        assertAnswersFromItsList(candidates, strategy().newSelector(candidates));
    }

    @Test
    void followsChangesOfTheList() {
        LoadBalancingStrategy strategy = strategy();
        FakeCandidates candidates = FakeCandidates.ofSize(30);
        Selector selector = strategy.newSelector(candidates);
        Random random = new Random(6);
        while (candidates.size() > 1) {
            selector.select(request(candidates.size()));
            FakeCandidates fewer =
                    candidates.without(random.nextInt(candidates.size())).replacing(selector);
            selector = strategy.newSelector(fewer);
            assertAnswersFromItsList(fewer, selector);
            candidates = fewer;
        }
        FakeCandidates many = FakeCandidates.ofSize(200).replacing(selector);
        assertAnswersFromItsList(many, strategy.newSelector(many));
    }

    @Test
    void takesOverNothingFromTheSelectorOfAnotherStrategy() {
        FakeCandidates candidates = FakeCandidates.ofSize(5).replacing(request -> null);
        assertAnswersFromItsList(candidates, strategy().newSelector(candidates));
    }

    /** One strategy object serves several balancers: what it does for one must not depend on the other. */
    @Test
    void keepsTheBalancersThatShareItApart() {
        LoadBalancingStrategy shared = strategy();
        FakeCandidates one = FakeCandidates.ofSize(3);
        FakeCandidates other = FakeCandidates.ofSize(7);
        Selector first = shared.newSelector(one);
        Selector second = shared.newSelector(other);
        assertAnswersFromItsList(one, first);
        assertAnswersFromItsList(other, second);
        assertAnswersFromItsList(one, first);
    }

    @Test
    void answersManyThreadsAtOnce() throws Exception {
        FakeCandidates candidates = FakeCandidates.ofSize(10);
        Selector selector = strategy().newSelector(candidates);
        int threads = 3;
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                done.add(pool.submit(() -> {
                    start.await();
                    for (int i = 0; i < 100; i++) {
                        assertAnswersFromItsList(candidates, selector);
                    }
                    return null;
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void reachesEveryInstanceOfAnIdlePool() {
        if (!reachesEveryInstance()) {
            return;
        }
        try (LoadBalancer balancer = balancer().instances(instances(10)).build()) {
            Set<ServiceInstance> reached = new HashSet<>();
            for (int i = 0; i < 5_000; i++) {
                Lease lease = balancer.acquire(request(i));
                reached.add(lease.instance());
                lease.succeeded();
            }
            assertThat(reached).hasSize(10);
        }
    }

    /** Limits, avoided instances and changes of the pool, as a balancer brings them: never a fault, never a lost call. */
    @Test
    void worksInABalancerThatIsFull() {
        InMemoryRegistry registry = new InMemoryRegistry();
        List<ServiceInstance> instances = instances(5);
        instances.forEach(instance -> registry.register("orders", instance));
        try (LoadBalancer balancer =
                balancer().source(registry).maxInFlightPerInstance(3).build()) {
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                PickRequest avoiding = request(i).toBuilder()
                        .avoid(List.of(instances.get(i % 5).id()))
                        .build();
                leases.add(balancer.acquire(avoiding));
            }
            assertThat(balancer.snapshot().instances())
                    .allSatisfy(instance -> assertThat(instance.inFlight()).isEqualTo(3));
            registry.deregister("orders", instances.get(0).id());
            leases.forEach(Lease::succeeded);
            for (int i = 0; i < 100; i++) {
                Lease lease = balancer.acquire(request(i));
                assertThat(lease.instance()).isNotEqualTo(instances.get(0));
                lease.succeeded();
            }
            assertThat(balancer.snapshot().inFlight()).isZero();
            assertThat(balancer.snapshot().strategyFaults()).isZero();
        }
    }

    /** Each zone and priority that gets calls has a selector of its own, and what one cannot take goes to the next. */
    @Test
    void worksWithZonesAndPriorities() {
        List<ServiceInstance> instances = new ArrayList<>();
        for (ServiceInstance instance : instances(12)) {
            int number = instances.size();
            instances.add(instance.toBuilder()
                    .zone(number % 4 == 0 ? "small" : "large")
                    .priority(number < 8 ? 0 : 1)
                    .build());
        }
        try (LoadBalancer balancer = balancer()
                .instances(instances)
                .zone("small")
                .maxInFlightPerInstance(10)
                .build()) {
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 120; i++) {
                leases.add(balancer.acquire(request(i)));
            }
            assertThat(balancer.snapshot().instances())
                    .allSatisfy(instance -> assertThat(instance.inFlight()).isEqualTo(10));
            leases.subList(0, 20)
                    .forEach(lease -> assertThat(lease.instance().priority()).isZero());
            leases.forEach(Lease::succeeded);
            assertThat(balancer.snapshot().inFlight()).isZero();
            assertThat(balancer.snapshot().strategyFaults()).isZero();
        }
    }

    private LoadBalancerBuilder balancer() {
        return LoadBalancer.builder("orders").strategy(strategy()).random(new Random(7));
    }

    private void assertAnswersFromItsList(FakeCandidates candidates, Selector selector) {
        Set<Candidate> members = new HashSet<>();
        for (int i = 0; i < candidates.size(); i++) {
            members.add(candidates.get(i));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(selector.select(request(i))).isIn(members);
        }
    }

    private static List<ServiceInstance> instances(int number) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 1; i <= number; i++) {
            instances.add(ServiceInstance.of("10.0.0." + i, 80));
        }
        return instances;
    }
}
