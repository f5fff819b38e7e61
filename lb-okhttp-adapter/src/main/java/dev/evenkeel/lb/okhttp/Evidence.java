package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.call.HttpOutcomes;
import dev.evenkeel.lb.request.LocalFault;
import dev.evenkeel.lb.request.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an attempt, and what follows from it for the instance, whichever way the attempt ends. Written by the
 * threads that work for the call, read also by those that cancel it. Each write costs a fence, so that nothing is written that is
 * so already.
 */
final class Evidence {

    private static final String REFUSED_STREAM = "stream was reset: REFUSED_STREAM"; // as OkHttp says it

    /** A request may have reached the instance. Never taken back, even when the call goes on with another request. */
    private volatile boolean sent;

    /** The instance's answer has been followed by another request of the same call. */
    private volatile boolean followedUp;

    /** What the response head says, if there is one. */
    private volatile @Nullable Outcome head;

    /** The connection has failed since the request was begun or, if there is one, since the response head. */
    private volatile boolean broken;

    /** The caller has taken leave of a WebSocket: whichever way its connection ends from then on is right. */
    private volatile boolean goodbye;

    void requestBegins() {
        sent = true;
        if (head != null) {
            head = null;
        }
        mend();
    }

    private void mend() {
        if (broken) {
            broken = false;
        }
    }

    void connectionFails() {
        if (!goodbye) {
            broken = true;
        }
    }

    void callerSaysGoodbye() {
        if (!broken) {
            goodbye = true;
        }
    }

    /** Returns what the head says. A server may well answer without having read the request to its end. */
    Outcome headArrives(Response response) {
        int status = response.code();
        Optional<String> retryAfter =
                status < 400 ? Optional.empty() : Optional.ofNullable(response.header("Retry-After"));
        Outcome known = HttpOutcomes.ofStatus(status, retryAfter);
        mend();
        head = known;
        return known;
    }

    void followUpBegins() {
        followedUp = true;
    }

    @Nullable Outcome head() {
        return head;
    }

    /** The call is over, and OkHttp sees nothing wrong with that. */
    Outcome atTheEnd() {
        Outcome known = head;
        if (broken) {
            return Outcome.failed();
        }
        return known == null ? Outcome.cancelled() : known;
    }

    Outcome onFailure(IOException failure) {
        if (Thread.currentThread().isInterrupted()) {
            return onLossOfInterest();
        }
        if (goodbye) {
            return atTheEnd();
        }
        Optional<LocalFault> fault = LocalFault.behind(failure);
        if (fault.isPresent()) {
            return fault.get().outcome();
        }
        if (isRefused(failure)) {
            return Outcome.neverReached();
        }
        if (sent && head == null && !broken) {
            return Outcome.cancelled(); // nothing is wrong with the connection: the caller's request body has failed
        }
        if (failure instanceof SocketTimeoutException) {
            return onTimeout();
        }
        return sent ? Outcome.failed() : Outcome.neverReached();
    }

    /** Whether the connection has failed before a byte of an answer came, and not because of anything that was said over it. */
    boolean isConnectionLost(IOException failure) {
        return broken
                && head == null
                && !(failure instanceof InterruptedIOException)
                && !(failure instanceof ProtocolException)
                && !REFUSED_STREAM.equals(failure.getMessage());
    }

    /** HTTP/2 says of some streams that the server has not looked at them. The types are internal to OkHttp. */
    private boolean isRefused(IOException failure) {
        return !followedUp
                && (REFUSED_STREAM.equals(failure.getMessage())
                        || failure.getClass().getSimpleName().equals("ConnectionShutdownException"));
    }

    /** An instance that has begun to answer well has done nothing wrong. */
    Outcome onLossOfInterest() {
        Outcome known = head;
        return known != null && known.kind() == Outcome.Kind.SUCCESS ? known : Outcome.cancelled();
    }

    Outcome onTimeout() {
        return sent ? Outcome.timedOut() : Outcome.connectTimedOut();
    }
}
