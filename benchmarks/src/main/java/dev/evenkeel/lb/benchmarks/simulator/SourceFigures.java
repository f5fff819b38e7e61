package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerException;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A month without the registry. */
final class SourceFigures {

    private static final long DAY_NANOS = Duration.ofDays(1).toNanos();
    private static final long CALL_EVERY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final double MEGABYTE = 1e6;

    private final Timeline timeline = new Timeline();
    private final LoadBalancer balancer;
    private boolean failing;
    private long questions;
    private long lost;

    private SourceFigures(long seed) {
        balancer = LoadBalancer.builder("servers")
                .source(InstanceSource.polling(this::lookUp, Duration.ofSeconds(5)))
                .ticker(timeline)
                .wallClock(() -> Instant.EPOCH)
                .scheduler(timeline)
                .executor(Runnable::run)
                .random(Draws.of(seed, 0))
                .build();
    }

    static FigureTable table(int days, long seed) {
        return new SourceFigures(seed).run(days);
    }

    private FigureTable run(int days) {
        FigureTable table = new FigureTable(
                "A source that is asked every 5 s fails from the second time on, each time in other words; a call every 10 s.",
                "calls lost",
                "questions/h",
                "waiting events",
                "more MB",
                "log lines/h");
        failing = true;
        questions = 0;
        try (balancer;
                LogLines log = new LogLines()) {
            timeline.after(CALL_EVERY_NANOS, this::call);
            timeline.runUntil(DAY_NANOS);
            row(table, "day 1", 24, 0, log.count());
            long before = usedBytes();
            long linesBefore = log.count();
            questions = 0;
            timeline.runUntil(days * DAY_NANOS);
            double megabytes = (usedBytes() - before) / MEGABYTE;
            row(table, "day 2 to " + days, 24.0 * (days - 1), megabytes, log.count() - linesBefore);
        }
        return table;
    }

    private void row(FigureTable table, String name, double hours, double megabytes, long lines) {
        table.row(
                name,
                Cell.count(lost).atMost(0),
                Cell.of(questions / hours, 1).atMost(60),
                Cell.count(timeline.size()).atMost(4),
                Cell.real(Math.max(0, megabytes), 1).atMost(1),
                Cell.real(lines / hours, 1).atMost(2));
    }

    private List<ServiceInstance> lookUp(String serviceName) throws IOException {
        questions++;
        if (failing) {
            throw new IOException("out of order: question " + questions);
        }
        return List.of(ServiceInstance.of("10.0.0.1:80"), ServiceInstance.of("10.0.0.2:80"));
    }

    private void call() {
        try (Lease lease = balancer.acquire()) {
            lease.succeeded();
        } catch (LoadBalancerException refused) {
            lost++;
        }
        timeline.after(CALL_EVERY_NANOS, this::call);
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
