package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits until something has come about that other threads do, and fails when it does not. It looks again and again, so
 * that a test takes no longer than what it waits for.
 *
 * <pre>{@code
 * Eventually.until("the server saw the request", () -> server.requestCount() == 1);
 * }</pre>
 */
public final class Eventually {

    /** How long is waited unless it is said otherwise: far longer than anything takes on a busy machine. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long PAUSE_NANOS = 1_000_000;

    private Eventually() {}

    /** Waits until the condition holds, at most {@link #PATIENCE}. */
    public static void until(String expectation, BooleanSupplier condition) {
        until(expectation, () -> "", condition);
    }

    /**
     * Waits until the condition holds, at most {@link #PATIENCE}.
     *
     * @param expectation what is waited for, for the message of the failure
     * @param state what there is instead, asked when the wait was in vain
     * @throws AssertionError if it did not come about, or the thread was interrupted
     */
    public static void until(String expectation, Supplier<?> state, BooleanSupplier condition) {
        requireNonNull(condition, "condition");
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new AssertionError("not within " + PATIENCE + ": " + expectation + " " + state.get());
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted before: " + expectation + " " + state.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Waits until no thread is alive whose name starts like this, at most {@link #PATIENCE}. */
    public static void noThreadsNamed(String prefix) {
        until(
                "no thread named " + prefix + "*",
                Thread::getAllStackTraces,
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith(prefix)));
    }
}
