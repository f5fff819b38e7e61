package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.strategy.Strategies;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A whole call under power of two choices, from the pick to the end, in three forms that add one thing each: the
 * counting; the lease, through the public API; the clock.
 *
 * <p>The floor is the least that balances at all: two random reads, an atomic increment and an atomic decrement, each
 * counter in a cache line of its own.
 *
 * <p>Conditions: a call ends at once, so counters are at 0 or 1 and both choices are mostly equal; the leases die young.
 * One strategy in each JVM. All threads share the instances.
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TwoChoicesBenchmark { // not final: JMH derives from it

    /** A cache line of 64 bytes, in ints. */
    private static final int SPACING = 16;

    @Param({"3", "10", "100", "1000", "10000"})
    public int n;

    private AtomicIntegerArray counters;
    private Selector selector;
    private LoadBalancer stopped;
    private LoadBalancer running;

    @Setup
    public void setUp() {
        counters = new AtomicIntegerArray(n * SPACING);
        selector = Nodes.selector(Strategies.powerOfTwoChoices(), n);
        stopped = LoadBalancer.builder("stopped")
                .instances(Instances.of(n))
                .strategy(Strategies.powerOfTwoChoices())
                .ticker(() -> 0L)
                .build();
        running = LoadBalancer.builder("running")
                .instances(Instances.of(n))
                .strategy(Strategies.powerOfTwoChoices())
                .build();
    }

    @TearDown
    public void tearDown() {
        stopped.close();
        running.close();
    }

    @Benchmark
    public int floor() {
        int better = better();
        counters.incrementAndGet(better);
        counters.decrementAndGet(better);
        return better;
    }

    /** The floor and two readings of the clock, which cost what the machine makes them cost. */
    @Benchmark
    public long floorAndClock() {
        int better = better();
        counters.incrementAndGet(better);
        long begun = System.nanoTime();
        counters.decrementAndGet(better);
        return System.nanoTime() - begun;
    }

    @Benchmark
    public @Nullable Object selection() {
        return selector.select(PickRequest.EMPTY);
    }

    /** The lease that {@code begin} makes is dropped, and does not cost more than the compiler cannot avoid. */
    @Benchmark
    public Object counting() {
        Node node = requireNonNull((Node) selector.select(PickRequest.EMPTY));
        TrackedLease lease = requireNonNull(node.begin(0, false));
        node.end(lease, Outcome.success(), CallWord.oneWaiting(lease.generation));
        return node;
    }

    @Benchmark
    public Object lease() {
        Lease lease = stopped.acquire();
        lease.succeeded();
        return lease;
    }

    @Benchmark
    public Object leaseAndClock() {
        Lease lease = running.acquire();
        lease.succeeded();
        return lease;
    }

    private int better() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int one = random.nextInt(n) * SPACING;
        int other = random.nextInt(n) * SPACING;
        return counters.get(other) < counters.get(one) ? other : one;
    }
}
