package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until a test moves it: ticker, scheduler and clock on the wall in one. Scheduled tasks run on the thread that calls
 * {@link #advance}, in the order of their times, each with the clock at its time. Hours pass in milliseconds, and the same
 * way every time.
 *
 * <pre>{@code
 * VirtualClock clock = new VirtualClock();
 * LoadBalancer orders = LoadBalancer.builder("orders")
 *         .source(registry).ticker(clock).scheduler(clock).executor(Runnable::run).build();
 * clock.advance(Duration.ofSeconds(30));
 * }</pre>
 *
 * <p>Safe for concurrent use, though time should be moved by one thread only. No task runs under a lock.
 */
public final class VirtualClock implements Ticker, Scheduler, InstantSource {

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            Comparator.comparingLong((Task task) -> task.due).thenComparingLong(task -> task.number));

    private final long start;

    /** Time since the start, so that the order of the tasks survives an overflow of the readings. */
    private long now;

    private long scheduled;

    /** A clock that starts an hour before its readings overflow, as those of a real ticker may. */
    public VirtualClock() {
        this(Long.MAX_VALUE - Duration.ofHours(1).toNanos());
    }

    /** A clock that starts at this reading. Times overflow as they do on a real ticker. */
    public VirtualClock(long startNanos) {
        this.start = startNanos;
    }

    @Override
    public synchronized long nanos() {
        return start + now;
    }

    /** The epoch, and later as time is moved. */
    @Override
    public Instant instant() {
        return Instant.EPOCH.plus(elapsed());
    }

    @Override
    public synchronized Cancellable schedule(Runnable task, Duration delay) {
        requireNonNull(task, "task");
        Task added = new Task(task, now + Math.max(0, delay.toNanos()), scheduled++);
        tasks.add(added);
        return () -> cancel(added);
    }

    /** Moves time on, and runs all tasks that become due, those that they schedule included. */
    public void advance(Duration time) {
        long end;
        synchronized (this) {
            end = now + time.toNanos();
        }
        for (Task task = next(end); task != null; task = next(end)) {
            task.action.run();
        }
        synchronized (this) {
            now = end;
        }
    }

    /**
     * Moves time on while nothing runs, as when the process is stopped: the tasks that become due run after it, late, each with
     * the clock at the end.
     */
    public void standStill(Duration time) {
        synchronized (this) {
            now += time.toNanos();
        }
        runDue();
    }

    /** Runs the tasks that are due now. */
    public void runDue() {
        advance(Duration.ZERO);
    }

    /** How many tasks wait for their time: zero when everything that was started has been stopped. */
    public synchronized int pendingTasks() {
        return tasks.size();
    }

    /** How much time has been moved so far. */
    public synchronized Duration elapsed() {
        return Duration.ofNanos(now);
    }

    private synchronized @Nullable Task next(long end) {
        Task next = tasks.peek();
        if (next == null || next.due > end) {
            return null;
        }
        tasks.remove();
        now = Math.max(now, next.due);
        return next;
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    private static final class Task {
        final Runnable action;
        final long due;
        final long number;

        Task(Runnable action, long due, long number) {
            this.action = action;
            this.due = due;
            this.number = number;
        }
    }
}
