package dev.evenkeel.lb;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.strategy.Strategies;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The selection of round robin alone: no call begins. All threads share the selector, as they do in a balancer.
 *
 * <p>The floor is the least that takes turns at all: an atomic counter over an array, with the cheapest way around the
 * overflow.
 *
 * <p>Conditions: one strategy in each JVM, so the call of the selector has one target and is inlined, which a program
 * with several strategies does not get. Nothing else runs on the machine's caches. No instance is ever busy.
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoundRobinBenchmark { // not final: JMH derives from it

    @Param({"3", "10", "100", "1000", "10000"})
    public int n;

    private final AtomicInteger counter = new AtomicInteger();
    private Node[] nodes;
    private Selector equal;
    private Selector nearlyEqual;
    private Selector unequal;
    private Selector irrational;

    @Setup
    public void setUp() {
        nodes = Nodes.of(Instances.of(n));
        equal = Nodes.selector(Strategies.roundRobin(), nodes);
        nearlyEqual = Nodes.selector(Strategies.roundRobin(), Nodes.of(Instances.weighted(n, 4, 5, 6)));
        unequal = Nodes.selector(Strategies.roundRobin(), Nodes.of(Instances.weighted(n, 1, 2, 3, 4)));
        irrational =
                Nodes.selector(Strategies.roundRobin(), Nodes.of(Instances.weighted(n, 1, Math.sqrt(2), Math.sqrt(3))));
    }

    @Benchmark
    public Object floor() {
        Node[] all = nodes;
        return all[(counter.getAndIncrement() & Integer.MAX_VALUE) % all.length];
    }

    @Benchmark
    public @Nullable Object equalWeights() {
        return equal.select(PickRequest.EMPTY);
    }

    /** Weights 4, 5, 6, 4, 5, 6, …: a pattern of six rounds. */
    @Benchmark
    public @Nullable Object nearlyEqualWeights() {
        return nearlyEqual.select(PickRequest.EMPTY);
    }

    /** Weights 1, 2, 3, 4, 1, …: a pattern of four rounds. */
    @Benchmark
    public @Nullable Object unequalWeights() {
        return unequal.select(PickRequest.EMPTY);
    }

    /** Weights 1, 1.41…, 1.73…, 1, …: no pattern; of five visits about four are taken. */
    @Benchmark
    public @Nullable Object irrationalWeights() {
        return irrational.select(PickRequest.EMPTY);
    }
}
