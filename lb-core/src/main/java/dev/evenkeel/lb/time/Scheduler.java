package dev.evenkeel.lb.time;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks later. Everything in a balancer that waits (probes, time to live, retries of a source, time-outs) waits
 * here, so that a test can move time by hand.
 *
 * <p>Implementations must be safe for concurrent use. Tasks are short and do not block.
 */
@FunctionalInterface
public interface Scheduler {

    /**
     * Runs the task once after the delay, on a thread of the scheduler's choice.
     *
     * @param task what to run; what it throws is not reported to the caller
     * @param delay how long to wait; zero or negative means as soon as possible
     * @return the way to call it off
     * @throws java.util.concurrent.RejectedExecutionException if the scheduler has been shut down
     */
    Cancellable schedule(Runnable task, Duration delay);

    /**
     * A scheduler on an executor of the caller's, who also shuts it down.
     *
     * <p>Set {@code setRemoveOnCancelPolicy(true)} on a {@code ScheduledThreadPoolExecutor}: time-outs are cancelled far
     * more often than they run.
     */
    static Scheduler of(ScheduledExecutorService executor) {
        requireNonNull(executor, "executor");
        return (task, delay) -> {
            Future<?> future = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        };
    }
}
