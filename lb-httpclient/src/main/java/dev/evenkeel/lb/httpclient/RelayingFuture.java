package dev.evenkeel.lb.httpclient;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What a caller has of a call. Completed by anybody else than the call, in any way, such as by {@code cancel} or
 * {@code orTimeout}, it ends the call: nobody waits for the answer any more. A future that is derived from it ends the call if
 * it is cancelled by {@code cancel(true)}, as those of the JDK's client do, and unlike those of {@link CompletableFuture}.
 */
final class RelayingFuture<T> extends CompletableFuture<T> {

    private final Runnable cancellation;
    private final boolean derived;

    RelayingFuture(Runnable cancellation) {
        this(cancellation, false);
    }

    private RelayingFuture(Runnable cancellation, boolean derived) {
        this.cancellation = cancellation;
        this.derived = derived;
    }

    /** The call has an answer. Returns false if nobody waits for it. */
    boolean answered(T answer) {
        return super.complete(answer);
    }

    /** The call has failed. As the futures of the JDK's client, it fails with something around the failure itself. */
    void failed(Throwable failure) {
        boolean asItIs = failure instanceof CompletionException || failure instanceof CancellationException;
        super.completeExceptionally(asItIs ? failure : new CompletionException(failure));
    }

    @Override
    public boolean complete(T value) {
        return relayed(super.complete(value));
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        return relayed(super.completeExceptionally(failure));
    }

    private boolean relayed(boolean completed) {
        if (completed && !derived) {
            cancellation.run();
        }
        return completed;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean passedOn = (mayInterruptIfRunning || !derived) && !isDone();
        if (passedOn) {
            cancellation.run(); // which may well complete this one, too
        }
        return super.cancel(mayInterruptIfRunning) || passedOn;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new RelayingFuture<>(cancellation, true);
    }
}
