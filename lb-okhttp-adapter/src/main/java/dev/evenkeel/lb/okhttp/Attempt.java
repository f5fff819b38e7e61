package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.Acquisition;
import dev.evenkeel.lb.call.OrcaHeader;
import dev.evenkeel.lb.call.OwnFaults;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One call to one instance: hears what OkHttp does, and ends the lease with what that says of the instance.
 *
 * <p>The lease ends with the first of: the body of the response has ended, whichever way; the call has failed; the call has
 * been cancelled; a redirect leads elsewhere; OkHttp says that the call is over, which is what ends a connection that has
 * been upgraded. A body that is empty has ended before the caller sees the response. As ending a lease again does nothing,
 * none of this needs to know of the rest; nor of later attempts of the same call, whose events are heard here, too, where
 * an outer interceptor of the user retries.
 *
 * <p>Events come from the thread of the call, those that read and write bodies, and whoever cancels.
 */
final class Attempt extends EventListener {

    private static final int SWITCHING_PROTOCOLS = 101;

    private static final String CANCELED = "Canceled"; // as OkHttp says it

    private final Call call;
    private final String host;
    private final Evidence evidence = new Evidence();

    private volatile @Nullable CompletableFuture<Lease> awaited;
    private volatile @Nullable Lease lease;
    private volatile @Nullable InstancePool pool;

    /** What the call holds, maybe from an earlier attempt. */
    private volatile @Nullable HeldConnection held;

    /** A redirect has led to another host, where the instance has no part in what happens. */
    private volatile boolean elsewhere;

    private volatile boolean upgraded;

    /** Belongs to the thread of the call. */
    private boolean refused;

    private volatile boolean bodyEnded;

    /** The response is with the caller: no more heads will come. */
    private volatile boolean handedOver;

    private Attempt(Call call, String host, @Nullable HeldConnection held) {
        this.call = call;
        this.host = host;
        this.held = held;
    }

    /** The next attempt of a call; most have one. */
    static Attempt next(Call call, String host) {
        Last last = call.tag(Last.class, Last::new);
        Attempt before = last.attempt;
        Attempt next = new Attempt(call, host, before == null ? null : before.held);
        last.attempt = next;
        return next;
    }

    /**
     * Takes a lease, and waits for the first list of instances if it has to.
     *
     * @throws IOException if there is none to be had, or the call is cancelled or its thread interrupted meanwhile
     */
    Lease begin(LoadBalancer balancer, PickRequest request) throws IOException {
        call.addEventListener(this);
        if (call.isCanceled()) { // maybe before the listener was there
            throw new IOException(CANCELED);
        }
        CompletableFuture<Lease> acquired = balancer.acquireAsync(stayingWhereItIs(request));
        awaited = acquired;
        if (call.isCanceled()) { // maybe before there was something to end
            acquired.cancel(false);
        }
        Lease taken = await(acquired);
        lease = taken;
        if (call.isCanceled()) { // maybe before the lease was there
            taken.end(Outcome.cancelled());
            throw new IOException(CANCELED);
        }
        try {
            leaveAnotherInstance(taken.instance());
        } catch (IOException stuck) {
            taken.end(Outcome.cancelled());
            throw stuck;
        }
        return taken;
    }

    /**
     * Takes a lease after instances have refused that the request names as to be avoided.
     *
     * @throws IOException if no other one is there: that of the last refusal
     */
    Lease beginElsewhere(LoadBalancer balancer, PickRequest request, IOException refusal) throws IOException {
        Lease taken;
        try {
            taken = begin(balancer, request);
        } catch (IOException none) {
            refusal.addSuppressed(none);
            throw refusal;
        }
        if (request.avoided().contains(taken.instance().id())) {
            abandon();
            throw refusal;
        }
        return taken;
    }

    private static Lease await(CompletableFuture<Lease> acquired) throws IOException {
        try {
            return Acquisition.await(acquired);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            InterruptedIOException thrown = new InterruptedIOException("interrupted");
            thrown.initCause(interrupted);
            throw thrown;
        }
    }

    /** A further attempt over HTTP/2 goes to the same instance if it may: to leave the connection is to lose it. */
    private PickRequest stayingWhereItIs(PickRequest request) {
        HeldConnection before = held;
        return before != null
                        && before.isFor(host)
                        && before.isShared()
                        && request.preferred().isEmpty()
                        && !request.avoided().contains(before.instance().id())
                ? request.toBuilder().prefer(before.instance().id()).build()
                : request;
    }

    private void leaveAnotherInstance(ServiceInstance picked) throws IOException {
        HeldConnection before = held;
        if (before == null || !before.isFor(host) || before.leadsTo(picked)) {
            return;
        }
        if (!before.leave()) {
            throw new IOException(
                    host + ": one call over HTTP/2 cannot go from " + before.instance() + " to " + picked);
        }
    }

    /** Goes over these connections. */
    void uses(InstancePool connections) {
        pool = connections;
    }

    /** The response goes to the caller. */
    void handOver() {
        Outcome known = evidence.head();
        if (known == null) {
            end(Outcome.cancelled()); // from the cache, or made up by an interceptor: the instance was not asked
            return;
        }
        handedOver = true;
        if (bodyEnded && !upgraded) {
            end(known);
        }
    }

    /** There is no response. Returns the failure with the instance named that it came from. */
    IOException failed(IOException failure) {
        Lease taken = lease;
        if (taken == null || call.isCanceled()) { // canceled() says who lost interest, or is about to
            return failure;
        }
        end(evidence.onFailure(failure));
        refused = evidence.isRefused(failure);
        if (elsewhere) {
            return failure;
        }
        return OwnFaults.explained(failure, host, taken) instanceof IOException explained && explained != failure
                ? explained
                : CalledInstance.named(failure, host, taken.instance());
    }

    /** Whether the instance has refused the request without having looked at it. */
    boolean isRefused() {
        return refused;
    }

    /** There is no response, through no fault of the instance. */
    void abandon() {
        end(evidence.onLossOfInterest());
    }

    @Override
    public void requestHeadersStart(Call call) {
        evidence.requestBegins();
        bodyEnded = false;
    }

    @Override
    public void requestFailed(Call call, IOException failure) {
        evidence.connectionFails();
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        upgraded = response.code() == SWITCHING_PROTOCOLS;
        Outcome known = evidence.headArrives(response);
        Lease taken = lease;
        if (taken != null && known.kind() == Outcome.Kind.SUCCESS) {
            taken.answered();
        }
        String load = response.header(OrcaHeader.NAME);
        if (taken != null && load != null && !elsewhere) {
            OrcaHeader.parse(load).ifPresent(taken::report);
        }
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        bodyEnded = true;
        Outcome known = evidence.head();
        if (handedOver && !upgraded && known != null) {
            end(known);
        }
    }

    @Override
    public void responseFailed(Call call, IOException failure) {
        evidence.connectionFails();
        if (handedOver && !upgraded && !call.isCanceled()) {
            end(evidence.onFailure(failure));
        }
    }

    /** Redirects, and answers to a challenge: OkHttp makes them below the interceptors, over the settings of this attempt. */
    @Override
    public void followUpDecision(Call call, Response response, @Nullable Request next) {
        if (next == null) {
            return;
        }
        evidence.followUpBegins();
        Outcome known = evidence.head();
        if (known != null && !next.url().host().equals(host)) {
            elsewhere = true;
            end(known);
        }
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        Lease taken = lease;
        if (taken != null) {
            held = new HeldConnection(connection, taken.instance());
        }
    }

    @Override
    public void connectionReleased(Call call, Connection connection) {
        held = null;
        InstancePool used = pool;
        if (used != null) {
            used.released();
        }
    }

    @Override
    public void callEnd(Call call) {
        end(evidence.atTheEnd());
    }

    @Override
    public void callFailed(Call call, IOException failure) {
        if (!call.isCanceled()) {
            end(evidence.onFailure(failure));
        } else {
            boolean timeout =
                    failure.getClass() == InterruptedIOException.class && "timeout".equals(failure.getMessage());
            end(timeout ? evidence.onTimeout() : evidence.onLossOfInterest());
        }
    }

    /** By the caller on any thread, or by OkHttp when the time for the whole call is up. */
    @Override
    public void canceled(Call call) {
        CompletableFuture<Lease> waiting = awaited;
        if (waiting != null) {
            waiting.cancel(false);
        }
        end(isTimer(Thread.currentThread()) ? evidence.onTimeout() : evidence.onLossOfInterest());
    }

    /** OkHttp does not say why a call is cancelled, but its timers all run on one thread of Okio's. */
    private static boolean isTimer(Thread thread) {
        return thread.getClass().getName().startsWith("okio.");
    }

    private void end(Outcome outcome) {
        Lease taken = lease;
        if (taken != null) {
            taken.end(outcome);
        }
    }

    @Override
    public String toString() {
        return "attempt at " + lease;
    }

    /** The tag of a call by which its next attempt finds the last one. Belongs to the thread of the call. */
    private static final class Last {

        private @Nullable Attempt attempt;
    }
}
