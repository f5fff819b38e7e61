package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.strategy.Strategies;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * How long a batch of picks takes while the list changes beside it, on a thread of its own. The floor is the same
 * without changes, with that thread idle.
 *
 * <p>Conditions: each change takes out one instance or brings it back, in a full list of the same objects. It needs a
 * second core, else the changes take the time of the picks. A batch is a pick and the end of its lease, 64 times.
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PicksDuringChangesBenchmark { // not final: JMH derives from it

    private static final int BATCH = 64;

    @Param("1000")
    public int n;

    @Param({"0", "100"})
    public int changesPerSecond;

    private LoadBalancer balancer;
    private ScheduledExecutorService changes;
    private @Nullable Future<?> running;

    @Setup
    public void setUp() {
        List<ServiceInstance> all = List.copyOf(Instances.of(n));
        List<ServiceInstance> allButOne = all.subList(1, n);
        AtomicReference<InstanceSink> subscriber = new AtomicReference<>();
        balancer = LoadBalancer.builder("changing")
                .strategy(Strategies.powerOfTwoChoices())
                .source(sink -> {
                    subscriber.set(sink);
                    sink.update(all);
                    return () -> {};
                })
                .build();
        changes = Executors.newSingleThreadScheduledExecutor();
        if (changesPerSecond > 0) {
            InstanceSink sink = requireNonNull(subscriber.get());
            AtomicBoolean isComplete = new AtomicBoolean(true);
            running = changes.scheduleAtFixedRate(
                    () -> {
                        isComplete.set(!isComplete.get());
                        sink.update(isComplete.get() ? all : allButOne);
                    },
                    0,
                    TimeUnit.SECONDS.toNanos(1) / changesPerSecond,
                    TimeUnit.NANOSECONDS);
        }
    }

    @TearDown
    public void tearDown() {
        if (running != null && running.isDone()) {
            throw new IllegalStateException("changes: ended early (expected: until now)");
        }
        changes.shutdownNow();
        balancer.close();
    }

    @Benchmark
    public void batch(Blackhole blackhole) {
        for (int i = 0; i < BATCH; i++) {
            Lease lease = balancer.acquire();
            lease.succeeded();
            blackhole.consume(lease);
        }
    }
}
