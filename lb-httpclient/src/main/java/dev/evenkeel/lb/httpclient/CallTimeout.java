package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a call may take, body included.
 *
 * @param limit null for as long as it takes
 */
record CallTimeout(@Nullable Duration limit, Scheduler scheduler) {

    /** No limit. */
    static final CallTimeout NONE = new CallTimeout(null, CallTimeout::later);

    /** The JDK's own timer; the task runs elsewhere, as it tells the caller, who may take his time. */
    private static Cancellable later(Runnable task, Duration delay) {
        CompletableFuture<Boolean> elapsed =
                new CompletableFuture<Boolean>().completeOnTimeout(true, delay.toNanos(), TimeUnit.NANOSECONDS);
        CompletableFuture<Void> unused = elapsed.thenAccept(isTime -> {
            if (isTime) {
                ForkJoinPool.commonPool().execute(task);
            }
        });
        return () -> elapsed.complete(false); // not cancelled: the timer of Java 17 would keep that
    }

    boolean isSet() {
        return limit != null;
    }

    /** Runs the task when it is time, if there is a limit. */
    Cancellable start(Runnable task) {
        return limit == null ? () -> {} : scheduler.schedule(task, limit);
    }

    HttpTimeoutException failure() {
        return new HttpTimeoutException("call timed out (callTimeout: " + limit + ")");
    }
}
