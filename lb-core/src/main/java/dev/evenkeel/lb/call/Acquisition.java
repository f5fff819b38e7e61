package dev.evenkeel.lb.call;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerException;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.text.Printable;
import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
        CompletableFuture<Lease> acquired = balancer.acquireAsync(request);
        try {
            return acquired.get();
        } catch (InterruptedException interrupted) {
            acquired.cancel(false);
            throw interrupted;
        } catch (ExecutionException failed) {
            throw asIOException(failed);
        }
    }

    /** What a caller of an HTTP client expects to catch, for what an acquisition failed with. */
    public static IOException asIOException(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
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
