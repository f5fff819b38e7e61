package dev.evenkeel.lb.examples.support;

import dev.evenkeel.lb.LoadBalancer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Keeps a table up to date, until it is closed. */
public final class Screen implements AutoCloseable {

    private static final long REFRESH_MILLIS = 100;

    private final PoolTable table;
    private final List<LoadBalancer> balancers;
    private final Supplier<Duration> time;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private volatile String headline = "the servers have started";

    private Screen(PoolTable table, List<LoadBalancer> balancers, Supplier<Duration> time) {
        this.table = table;
        this.balancers = balancers;
        this.time = time;
    }

    public static Screen show(PoolTable table, List<LoadBalancer> balancers, Supplier<Duration> time) {
        Screen screen = new Screen(table, balancers, time);
        ScheduledFuture<?> unused =
                screen.thread.scheduleWithFixedDelay(screen::refresh, 0, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
        return screen;
    }

    /** Changes the first line. */
    public void headline(String newHeadline) {
        headline = newHeadline;
    }

    /** Shows how it ended. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (thread.awaitTermination(1, TimeUnit.SECONDS)) {
                refresh();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void refresh() {
        table.refresh(
                headline,
                String.format(Locale.ROOT, "%.1f s", time.get().toMillis() / 1000.0),
                balancers.stream().map(LoadBalancer::snapshot).toList());
    }
}
