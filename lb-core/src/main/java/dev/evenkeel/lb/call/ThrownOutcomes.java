package dev.evenkeel.lb.call;

import dev.evenkeel.lb.request.Outcome;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What an exception says of the instance, where the work has not said it. In doubt it has been reached. */
final class ThrownOutcomes {

    /** A chain that is longer may be a circle. */
    private static final int MAX_CAUSES = 16;

    private ThrownOutcomes() {}

    static Outcome of(Throwable thrown) {
        if (thrown instanceof ConnectException
                || thrown instanceof NoRouteToHostException
                || thrown instanceof UnknownHostException) {
            return Outcome.neverReached();
        }
        boolean nobodysFault = thrown instanceof InterruptedException
                || thrown instanceof CancellationException
                || thrown instanceof Error; // memory is short, or a class is missing: here, not there
        return nobodysFault ? Outcome.cancelled() : Outcome.failed();
    }

    /** The failure itself, out of what futures put around it. */
    static Throwable unwrap(Throwable failure) {
        Throwable unwrapped = failure;
        for (int depth = 0; depth < MAX_CAUSES; depth++) {
            Throwable cause = unwrapped.getCause();
            if (cause == null
                    || !(unwrapped instanceof CompletionException || unwrapped instanceof ExecutionException)) {
                break;
            }
            unwrapped = cause;
        }
        return unwrapped;
    }
}
