package dev.evenkeel.lb.httpclient;

import java.util.concurrent.CompletableFuture;

/**
 * A future that passes a cancellation on to whatever works on its result, also when it is a future derived from it that is
 * cancelled: as with the futures of the JDK's client, and unlike those of {@link CompletableFuture}. Only
 * {@code cancel(true)} is passed on, again as there.
 */
final class RelayingFuture<T> extends CompletableFuture<T> {

    private final Runnable cancellation;

    RelayingFuture(Runnable cancellation) {
        this.cancellation = cancellation;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean passedOn = mayInterruptIfRunning && !isDone();
        if (passedOn) {
            cancellation.run(); // which may well complete this one, too
        }
        return super.cancel(mayInterruptIfRunning) || passedOn;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new RelayingFuture<>(cancellation);
    }
}
