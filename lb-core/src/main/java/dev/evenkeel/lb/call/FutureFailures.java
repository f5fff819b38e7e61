package dev.evenkeel.lb.call;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What futures fail with. */
public final class FutureFailures {

    /** A chain that is longer may be a circle. */
    private static final int MAX_CAUSES = 16;

    private FutureFailures() {}

    /** The failure itself, out of what futures put around it. */
    public static Throwable unwrap(Throwable failure) {
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
