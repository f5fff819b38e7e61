package dev.evenkeel.lb.call;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerException;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.text.Printable;
import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Getting a lease the way an HTTP client needs it: waiting if it must, failing with what callers of the client catch. */
public final class Acquisition {

    private Acquisition() {}

    /**
     * Gets a lease on this thread, and waits for the first list of instances if it has to.
     *
     * @throws ConnectException if there is no instance or all are at their limit; its cause says why
     * @throws IOException if the balancer is closed
     * @throws InterruptedException if the thread is interrupted while it waits; no lease is left behind
     */
    public static Lease await(LoadBalancer balancer, PickRequest request) throws IOException, InterruptedException {
        return await(balancer.acquireAsync(request));
    }

    /**
     * Waits on this thread for a lease that {@link LoadBalancer#acquireAsync(PickRequest)} promised. For clients whose calls
     * can be cancelled from another thread: cancelling the future ends the wait, too.
     *
     * @throws ConnectException if there is no instance or all are at their limit; its cause says why
     * @throws IOException if the balancer is closed, or the future is cancelled
     * @throws InterruptedException if the thread is interrupted while it waits; no lease is left behind
     */
    public static Lease await(CompletableFuture<Lease> acquired) throws IOException, InterruptedException {
        try {
            return acquired.get();
        } catch (InterruptedException interrupted) {
            if (!acquired.cancel(false) && !acquired.isCompletedExceptionally()) {
                acquired.join().end(Outcome.cancelled()); // it came between the interrupt and the cancel
            }
            throw interrupted;
        } catch (CancellationException cancelled) {
            throw new IOException("Canceled", cancelled);
        } catch (ExecutionException failed) {
            throw asIOException(failed);
        }
    }

    /** What a caller of an HTTP client expects to catch, for what an acquisition failed with. */
    public static IOException asIOException(Throwable failure) {
        Throwable cause = FutureFailures.unwrap(failure);
        if (cause instanceof IOException alreadyOne) {
            return alreadyOne;
        }
        if (cause instanceof LoadBalancerException) {
            ConnectException refused = new ConnectException(cause.getMessage());
            refused.initCause(cause);
            return refused;
        }
        return new IOException(
                cause instanceof IllegalStateException ? cause.getMessage() : Printable.of(cause), cause);
    }
}
