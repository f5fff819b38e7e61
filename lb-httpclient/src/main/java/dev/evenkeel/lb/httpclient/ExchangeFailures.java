package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.request.LocalFault;
import dev.evenkeel.lb.request.Outcome;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * What the failures of the JDK's client say of the instance: the whole table, but for what {@link LocalFault} knows. What
 * is not in it counts as a failed call that may have reached the instance.
 *
 * <p>Some are known by nothing but their text, which differs between updates of the JDK. A text that changes makes a call
 * that was never sent look failed, never the other way round.
 */
final class ExchangeFailures {

    private static final List<Class<? extends Exception>> BY_THE_CALLER =
            List.of(CancellationException.class, InterruptedException.class);

    private static final List<Class<? extends Exception>> NEVER_REACHED = List.of(
            ConnectException.class, // also for a host that has no address
            NoRouteToHostException.class,
            UnknownHostException.class,
            UnresolvedAddressException.class,
            SSLHandshakeException.class);

    /** The JDK does not wait until a stream ends when the server allows no more of them on a connection. */
    private static final String NO_ROOM = "too many concurrent streams";

    private static final Map<String, Outcome> BY_TEXT = Map.of(
            NO_ROOM,
            Outcome.overloaded(),
            "request not processed by peer",
            Outcome.neverReached(), // a refused stream
            "Received RST_STREAM: Stream not processed",
            Outcome.neverReached(), // the same in 17.0.15 and before
            "selector manager closed",
            Outcome.localFault(), // the client has broken down
            "closed",
            Outcome.cancelled(), // the client has been shut down by its owner
            "shutdownNow",
            Outcome.cancelled());

    /** A chain that is longer is not worth a look, and may be a circle. */
    private static final int MAX_CAUSES = 16;

    private ExchangeFailures() {}

    /** The outcome of a call that failed with this. */
    static Outcome outcome(Throwable failure) {
        Optional<LocalFault> fault = LocalFault.behind(failure);
        if (fault.isPresent()) {
            return fault.get().outcome();
        }
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            Outcome known = known(cause);
            if (known != null) {
                return known;
            }
            cause = cause.getCause();
        }
        return Outcome.failed();
    }

    /** Whether nothing has been sent because the connection has no room for another request. */
    static boolean hadNoRoom(Throwable failure) {
        return isBehind(failure, cause -> cause instanceof IOException && NO_ROOM.equals(cause.getMessage()));
    }

    /** Whether the connection was lost: then the client sends once more, by itself, what has no effect. */
    static boolean lostConnection(Throwable failure) {
        return isBehind(failure, cause -> cause instanceof EOFException || cause instanceof SocketException);
    }

    private static boolean isBehind(Throwable failure, Predicate<Throwable> what) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (what.test(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static @Nullable Outcome known(Throwable cause) {
        if (isOneOf(BY_THE_CALLER, cause)) {
            return Outcome.cancelled();
        }
        if (cause instanceof HttpConnectTimeoutException) { // also if the request's own time ran out before that
            return Outcome.connectTimedOut();
        }
        if (cause instanceof HttpTimeoutException) {
            return Outcome.timedOut();
        }
        if (isOneOf(NEVER_REACHED, cause)) {
            return Outcome.neverReached();
        }
        if (cause instanceof IllegalArgumentException) { // what the client does not take, such as a bad subprotocol
            return Outcome.cancelled();
        }
        String text = cause instanceof IOException ? cause.getMessage() : null;
        return text == null ? null : BY_TEXT.get(text);
    }

    private static boolean isOneOf(List<Class<? extends Exception>> types, Throwable thrown) {
        for (Class<? extends Exception> type : types) {
            if (type.isInstance(thrown)) {
                return true;
            }
        }
        return false;
    }
}
