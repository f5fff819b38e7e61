package dev.evenkeel.lb.strategy;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Builds tables one at a time, for the newest list only: what is asked for while one is being built replaces what was
 * asked for before. Shared by successive selectors.
 */
final class TableBuilds {

    /** What is being built, or comes next; null when nothing runs. */
    private final AtomicReference<@Nullable Runnable> wanted = new AtomicReference<>();

    /** Builds this, and nothing any more that was wanted before and has not begun. */
    void want(Runnable newest, Executor executor) {
        if (wanted.getAndSet(newest) == null) {
            submit(executor);
        }
    }

    private void submit(Executor executor) {
        try {
            executor.execute(() -> build(executor));
        } catch (RuntimeException rejected) { // the selector goes on without, and the next change tries again
            wanted.set(null);
        } catch (Error noThread) {
            wanted.set(null);
            throw noThread;
        }
    }

    private void build(Executor executor) {
        Runnable newest = requireNonNull(wanted.get());
        try {
            newest.run();
        } finally {
            if (!wanted.compareAndSet(newest, null)) {
                submit(executor);
            }
        }
    }
}
