package dev.evenkeel.lb;

import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The JDK's own timer, which ends with the JVM. Calls in flight outlive the balancer, and so must what ends them in time; the
 * balancer's own threads do not.
 */
enum CallTimers implements Scheduler {
    INSTANCE;

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        CompletableFuture<Boolean> elapsed = new CompletableFuture<Boolean>()
                .completeOnTimeout(true, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        CompletableFuture<Void> unused = elapsed.thenAccept(isTime -> {
            if (isTime) {
                task.run();
            }
        });
        return () -> elapsed.complete(false); // not cancelled: the timer of Java 17 would keep that
    }
}
