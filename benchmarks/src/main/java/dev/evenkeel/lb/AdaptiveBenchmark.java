package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.strategy.Strategies;
import java.util.concurrent.TimeUnit;
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
 * A call under the adaptive strategy: the selection alone, and all of it, from the pick to the end with lease and clock.
 * The floor is that of two choices.
 *
 * <p>Conditions: all instances have answered before; a call ends at once, so that latencies are what a call costs here, and
 * nobody fails. One strategy in each JVM. All threads share the instances.
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AdaptiveBenchmark { // not final: JMH derives from it

    @Param({"3", "10", "100", "256", "1000", "10000"})
    public int n;

    private Selector selector;
    private LoadBalancer running;

    @Setup
    public void setUp() {
        Node[] nodes = Nodes.of(Instances.of(n));
        for (Node node : nodes) {
            requireNonNull(node.begin(0, false)).succeeded();
        }
        selector = Nodes.selector(Strategies.adaptive(), nodes);
        running = LoadBalancer.builder("running")
                .instances(Instances.of(n))
                .strategy(Strategies.adaptive())
                .build();
        running.snapshot()
                .instances()
                .forEach(instance -> running.acquire(
                                PickRequest.builder().only(instance.id()).build())
                        .succeeded());
    }

    @TearDown
    public void tearDown() {
        running.close();
    }

    @Benchmark
    public @Nullable Object selection() {
        return selector.select(PickRequest.EMPTY, 0);
    }

    @Benchmark
    public Object leaseAndClock() {
        Lease lease = running.acquire();
        lease.succeeded();
        return lease;
    }
}
