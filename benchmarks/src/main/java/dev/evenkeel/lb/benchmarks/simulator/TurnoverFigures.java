package dev.evenkeel.lb.benchmarks.simulator;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A large pool of which a part is replaced each second. */
final class TurnoverFigures {

    private final int size;
    private final Timeline timeline = new Timeline();
    private final LoadBalancer balancer;
    private final Latencies updates = new Latencies();
    private final Latencies warmUpdates = new Latencies();
    private @Nullable InstanceSink sink;
    private List<ServiceInstance> list;
    private int next;
    private long wrong;

    private TurnoverFigures(int size, LoadBalancingStrategy strategy, long seed) {
        this.size = size;
        this.list = newcomers(size);
        balancer = LoadBalancer.builder("servers")
                .source(subscriber -> {
                    sink = subscriber;
                    subscriber.update(list);
                    return () -> {};
                })
                .strategy(strategy)
                .ticker(timeline)
                .wallClock(() -> Instant.EPOCH)
                .scheduler(timeline)
                .executor(Runnable::run)
                .random(Draws.of(seed, 0))
                .build();
    }

    static FigureTable table(int size, int seconds, int picks, long seed) {
        FigureTable table = new FigureTable(
                size + " servers, a tenth replaced each second for " + seconds + " s; " + picks + " calls/s.\n"
                        + "Wrong: calls to a server that was not in the last list. Real time of an update in ms: it depends on the\n"
                        + "machine, and the first half is not counted.",
                "wrong",
                "median",
                "worst");
        Table.STRATEGIES.forEach((name, strategy) -> {
            TurnoverFigures figures = new TurnoverFigures(size, strategy, seed);
            try (figures.balancer) {
                figures.run(seconds, picks);
            }
            table.row(
                    name,
                    Cell.count(figures.wrong).atMost(0),
                    Cell.real(figures.updates.quantile(0.5) / 1e6, 1).atMost(20),
                    Cell.real(figures.updates.quantile(1) / 1e6, 1));
        });
        return table;
    }

    private void run(int seconds, int picks) {
        for (int second = 1; second <= seconds; second++) {
            timeline.runUntil(second * 1_000_000_000L);
            update(second <= seconds / 2 ? warmUpdates : updates);
            Set<ServiceInstance> there = new HashSet<>(list);
            for (int pick = 0; pick < picks; pick++) {
                try (Lease lease = balancer.acquire()) {
                    wrong += there.contains(lease.instance()) ? 0 : 1;
                    lease.succeeded();
                }
            }
        }
    }

    private void update(Latencies times) {
        List<ServiceInstance> changed = new ArrayList<>(list.subList(size / 10, size));
        changed.addAll(newcomers(size / 10));
        list = Collections.unmodifiableList(changed);
        long begun = System.nanoTime();
        requireNonNull(sink).update(list);
        times.add(System.nanoTime() - begun);
    }

    private List<ServiceInstance> newcomers(int count) {
        List<ServiceInstance> newcomers = new ArrayList<>();
        for (int i = 0; i < count; i++, next++) {
            newcomers.add(ServiceInstance.of(
                    "10." + (next >> 16 & 0xFF) + "." + (next >> 8 & 0xFF) + "." + (next & 0xFF) + ":80"));
        }
        return newcomers;
    }
}
