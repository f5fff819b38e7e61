package dev.evenkeel.lb.httpclient;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What something asynchronous waits for, one thing after the other, so that a cancellation reaches the current one. */
final class Stages {

    /** Written before {@link #current} is read, and the other way round: so that nothing escapes a cancellation. */
    private volatile boolean cancelled;

    private volatile @Nullable CompletableFuture<?> current;

    void waitFor(CompletableFuture<?> next) {
        current = next;
        if (cancelled) {
            next.cancel(true);
        }
    }

    void cancel() {
        cancelled = true;
        CompletableFuture<?> stage = current;
        if (stage != null) {
            stage.cancel(true);
        }
    }

    boolean isCancelled() {
        return cancelled;
    }
}
