package dev.evenkeel.lb.socket;

import dev.evenkeel.lb.CallContext;
import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.Acquisition;
import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.call.OwnFaults;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LocalFault;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The making of one connection: attempts at one instance after the other until one is there. Blocks its thread; any other one
 * may cancel it.
 *
 * @param <C> a socket or a channel
 */
final class Connecting<C extends Closeable> {

    /** Time for what is sent again after 1 s, as the first packet of a connection is when it was lost (RFC 6298). */
    private static final long LEAST_NANOS = Duration.ofSeconds(2).toNanos();

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LoadBalancer balancer;
    private final PickRequest pickRequest;
    private final RetryPolicy retries;
    private final Duration timeout;
    private final Opening<C> opening;
    private final Dialling<C> dialling;
    private final BalancedCall call;

    private long begun;

    Connecting(
            LoadBalancer balancer,
            PickRequest pickRequest,
            RetryPolicy retries,
            Duration timeout,
            Opening<C> opening,
            Dialling<C> dialling) {
        this.balancer = balancer;
        this.pickRequest = pickRequest;
        this.retries = retries;
        this.timeout = timeout;
        this.opening = opening;
        this.dialling = dialling;
        this.call = BalancedCall.to(balancer)
                .pickRequest(pickRequest)
                .retries(retries)
                .timeout(timeout)
                .refusalFailure(Acquisition::asIOException)
                .build();
    }

    /** Makes what is to be connected in an attempt. */
    @FunctionalInterface
    interface Opening<C> {
        C open() throws IOException;
    }

    /** Connects it. */
    @FunctionalInterface
    interface Dialling<C> {
        void connect(C connection, InetSocketAddress address, int timeoutMillis) throws IOException;
    }

    /** A connection that is there, with its lease. */
    record Connected<C>(C connection, Lease lease) {}

    /** Connects; to be called once. */
    Connected<C> run() throws IOException {
        begun = context().ticker().nanos();
        Made<C> made;
        try {
            made = call.execute(this::attempt);
        } catch (TimeoutException late) {
            throw caused(new SocketTimeoutException(what() + " within " + timeout), late);
        } catch (CancellationException cancelled) {
            throw caused(new SocketException("Socket closed"), cancelled);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw caused(new InterruptedIOException(what() + ": interrupted"), interrupted);
        }
        if (made.attempt().isStopped()) { // when it had just been made
            throw stopped(made.attempt(), null);
        }
        return new Connected<>(made.connection(), made.attempt());
    }

    /** Ends the wait and the attempt, if there is one; nothing is connected any more. */
    void cancel() {
        call.cancel();
    }

    private record Made<C>(C connection, Attempt attempt) {}

    private Made<C> attempt(Attempt attempt) throws IOException {
        C connection = open(attempt);
        attempt.onStop(() -> stop(attempt, connection));
        boolean connected = false;
        try {
            dialling.connect(connection, address(attempt.instance()), millis(share(attempt)));
            connected = true;
        } catch (IOException failure) {
            throw failed(attempt, failure, Outcome.neverReached());
        } finally {
            if (!connected) {
                close(connection);
            }
        }
        attempt.answered();
        attempt.keepOpen();
        return new Made<>(connection, attempt);
    }

    private C open(Attempt attempt) throws IOException {
        try {
            return opening.open();
        } catch (IOException failure) { // nobody has been called yet
            throw failed(attempt, failure, Outcome.localFault());
        } catch (RuntimeException thrown) { // by a factory of the user's
            attempt.end(Outcome.localFault());
            throw thrown;
        }
    }

    /** Nobody waits for it any more. */
    private void stop(Attempt attempt, C connection) {
        attempt.end(attempt.isTimedOut() ? Outcome.connectTimedOut() : Outcome.cancelled());
        close(connection);
    }

    /** A name that cannot be looked up fails as it does with the JDK's own sockets. */
    private static InetSocketAddress address(ServiceInstance instance) throws UnknownHostException {
        InetSocketAddress address = instance.address();
        if (address.isUnresolved()) {
            throw new UnknownHostException(instance.host());
        }
        return address;
    }

    /**
     * The time that an attempt has: so much that there is time for all that may follow, but not so little that it would fail
     * for want of it. Of 10 s, five attempts have 2 s each; of 1 s, the first has half.
     */
    private long share(Attempt attempt) {
        long left = timeout.toNanos() - (context().ticker().nanos() - begun);
        int toFollow = Math.min(retries.maxAttempts(), context().instances(pickRequest)) - attempt.number();
        long share = toFollow <= 0 ? left : Math.max(left / (toFollow + 1), Math.min(LEAST_NANOS, left / 2));
        return Math.min(share, attempt.timeLeft().orElse(timeout).toNanos());
    }

    private static int millis(long nanos) {
        long roundedUp = (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
        return (int) Math.max(1, Math.min(roundedUp, Integer.MAX_VALUE)); // 0 would be for ever
    }

    /** Ends the attempt; returns what to throw. */
    private IOException failed(Attempt attempt, IOException failure, Outcome otherwise) {
        if (attempt.isStopped()) {
            return stopped(attempt, failure);
        }
        attempt.end(outcome(failure, otherwise));
        Throwable explained = OwnFaults.explained(failure, balancer.serviceName(), attempt);
        return explained instanceof IOException told ? told : failure;
    }

    private static Outcome outcome(IOException failure, Outcome otherwise) {
        if (Thread.currentThread().isInterrupted()) { // it ends what virtual threads and channels do
            return Outcome.cancelled();
        }
        if (failure instanceof SocketTimeoutException) {
            return Outcome.connectTimedOut();
        }
        return LocalFault.behind(failure)
                .map(LocalFault::outcome)
                .orElse(failure instanceof BindException ? Outcome.localFault() : otherwise);
    }

    /** What to throw where an attempt was stopped, which is why it has failed. */
    private IOException stopped(Attempt attempt, @Nullable IOException failure) {
        return attempt.isTimedOut()
                ? caused(new SocketTimeoutException(what() + " to " + attempt.instance() + " in time"), failure)
                : caused(new SocketException("Socket closed"), failure);
    }

    private String what() {
        return balancer.serviceName() + ": no connection";
    }

    private CallContext context() {
        return balancer.callContext();
    }

    private static <X extends IOException> X caused(X failure, @Nullable Throwable cause) {
        failure.initCause(cause);
        return failure;
    }

    static void close(Closeable connection) {
        try {
            connection.close();
        } catch (IOException ignored) {
            // it was not in use
        }
    }
}
