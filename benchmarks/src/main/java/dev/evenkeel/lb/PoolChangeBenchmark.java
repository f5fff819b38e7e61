package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.health.HealthContext;
import dev.evenkeel.lb.health.HealthPolicy;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One instance comes or goes: what the control plane does with the list, and from there to the published pool.
 *
 * <p>Conditions: the default strategy, no listener, no probes, the log off, nothing in flight. Each call is timed alone,
 * two readings of the clock against microseconds, so a set-up for each call does no harm here; but what that allocates is
 * counted with the rest.
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PoolChangeBenchmark { // not final: JMH derives from it

    @Param({"1000", "10000"})
    public int n;

    private List<ServiceInstance> all;
    private List<ServiceInstance> allButOne;
    private boolean isComplete = true;
    private DefaultLoadBalancer balancer;
    private Membership membership;

    @Setup
    public void setUp() {
        all = Instances.of(n);
        allButOne = new ArrayList<>(all);
        allButOne.remove(n / 2);
        balancer = balancer(all);
        membership = membership(balancer);
        membership.merge(all);
    }

    @TearDown
    public void tearDown() {
        balancer.close();
    }

    /** A list with one more or one less, its other elements those of the last one. */
    @Benchmark
    public boolean mergeSame() {
        isComplete = !isComplete;
        return membership.merge(isComplete ? all : allButOne);
    }

    /** The same with elements that are equal to those of the last list but new, their strings included. */
    @Benchmark
    public boolean mergeFresh(FreshList fresh) {
        return membership.merge(fresh.list);
    }

    /** One instance leaves, which needs no list: to the published pool. */
    @Benchmark
    public void publish(Departure departure) {
        departure.balancer.left(departure.id);
    }

    /** All of it: the list merged and the pool published. */
    @Benchmark
    public void mergeSameAndPublish() {
        isComplete = !isComplete;
        balancer.list(isComplete ? all : allButOne);
    }

    private static DefaultLoadBalancer balancer(List<ServiceInstance> instances) {
        return (DefaultLoadBalancer)
                LoadBalancer.builder("changing").instances(instances).build();
    }

    private static Membership membership(HealthContext context) {
        SerialExecutor control = new SerialExecutor(thrown -> {});
        HealthWatch nobody = new HealthWatch(HealthPolicy.none(), context, control, (node, status, reason) -> {});
        WarmUp none = new WarmUp(
                "changing",
                Duration.ZERO,
                Ticker.system(),
                InstantSource.system(),
                context.scheduler(),
                control,
                () -> {});
        return new Membership(
                "changing",
                Ticker.system(),
                InFlightLimit.NONE,
                Nodes.NO_EVENTS,
                nobody,
                none,
                gone -> {},
                new Lingering(Duration.ZERO, context.scheduler(), node -> {}),
                new Listeners("changing", Runnable::run));
    }

    /** A list for each call, alternately with one more and one less. */
    @State(Scope.Thread)
    public static class FreshList { // not final: JMH derives from it

        private List<ServiceInstance> list;
        private boolean isComplete = true;

        @Setup(Level.Invocation)
        public void setUp(PoolChangeBenchmark benchmark) {
            isComplete = !isComplete;
            list = Instances.of(benchmark.n);
            if (!isComplete) {
                list.remove(benchmark.n / 2);
            }
        }
    }

    /** Somebody who is there before each call. */
    @State(Scope.Thread)
    public static class Departure { // not final: JMH derives from it

        private DefaultLoadBalancer balancer;
        private String id;

        @Setup(Level.Invocation)
        public void setUp(PoolChangeBenchmark benchmark) {
            balancer = benchmark.balancer;
            balancer.list(benchmark.all);
            id = benchmark.all.get(benchmark.n / 2).id();
        }
    }
}
