package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.call.OrcaHeader;
import dev.evenkeel.lb.call.OwnFaults;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Hears what OkHttp does for a call to a service, and ends the attempt under way with what that says of its instance.
 *
 * <p>An attempt ends with the first of: the body of the response has ended, whichever way; it has failed; the call has
 * been cancelled; a redirect leads elsewhere; OkHttp says that the call is over, which is what ends a connection that has
 * been upgraded. A body that is empty has ended before the caller sees the response. As ending an attempt again does nothing,
 * none of this needs to know of the rest.
 *
 * <p>Events come from the thread of the call, those that read and write bodies, and whoever cancels. As in {@link Evidence},
 * nothing is written that is so already.
 */
final class CallListener extends EventListener {

    private static final int SWITCHING_PROTOCOLS = 101;

    static final String CANCELED = "Canceled"; // as OkHttp says it

    /** Long enough for whoever has begun to cancel; if a listener of the user's keeps him, nobody is to blame. */
    private static final int LOOKS = 1000;

    private static final long PAUSE_NANOS = 50_000;

    private final Call call;
    private final String host;
    private final boolean bodyOnce;

    /** What goes on in this call; nothing more than the attempt if there is none. */
    private volatile @Nullable BalancedCall attempts;

    private volatile @Nullable Attempt attempt;
    private volatile Evidence evidence = new Evidence();
    private volatile @Nullable InstancePool pool;

    /** What the call holds, maybe from an earlier attempt. */
    private volatile @Nullable HeldConnection held;

    /** The call has had to make a connection. */
    private volatile boolean connected;

    /** A redirect has led to another host, where the instance has no part in what happens. */
    private volatile boolean elsewhere;

    private volatile boolean canceled;
    private volatile boolean upgraded;
    private volatile boolean bodyEnded;

    /** The response is with the caller: no more heads will come. */
    private volatile boolean handedOver;

    private CallListener(Call call, String host, boolean bodyOnce, @Nullable HeldConnection held) {
        this.call = call;
        this.host = host;
        this.bodyOnce = bodyOnce;
        if (held != null) {
            this.held = held;
        }
    }

    /** One more for this call; most have one. */
    static CallListener to(Call call, Request request) {
        Last last = call.tag(Last.class, Last::new);
        CallListener before = last.listener;
        CallListener next = new CallListener(
                call, request.url().host(), Resilience.isBodyOnce(request), before == null ? null : before.held);
        last.listener = next;
        if (before != null) {
            before.callEnd(call);
            before.attempt = null; // what is heard from now on is not about it
        }
        return next;
    }

    /** A further try over HTTP/2 goes to the same instance if it may: to leave the connection is to lose it. */
    PickRequest stayingWhereItIs(PickRequest request) {
        HeldConnection before = held;
        return before != null
                        && before.isFor(host)
                        && before.isShared()
                        && request.preferred().isEmpty()
                        && !request.avoided().contains(before.instance().id())
                ? request.toBuilder().prefer(before.instance().id()).build()
                : request;
    }

    /**
     * Listens from now on.
     *
     * @param ended when the call is cancelled
     * @throws IOException if it has been cancelled already
     */
    void listen(@Nullable BalancedCall ended) throws IOException {
        attempts = ended;
        call.addEventListener(this);
        throwIfCanceled();
    }

    private void throwIfCanceled() throws IOException {
        if (call.isCanceled()) { // maybe before there was somebody to hear of it
            throw new IOException(CANCELED);
        }
    }

    /**
     * An attempt begins.
     *
     * @param connections over which it goes
     * @throws IOException if it cannot: the call is cancelled, or held where it is
     */
    void begin(Attempt next, InstancePool connections) throws IOException {
        if (attempt != null) { // otherwise nothing is known yet
            evidence = new Evidence();
            connected = false;
            elsewhere = false;
            upgraded = false;
            bodyEnded = false;
        }
        pool = connections;
        attempt = next;
        try {
            throwIfCanceled();
            leaveAnotherInstance(next.instance());
        } catch (IOException stuck) {
            next.end(Outcome.cancelled());
            throw stuck;
        }
    }

    /** The attempt sends the request again, as if nothing had been. */
    void beginAgain() {
        evidence = new Evidence();
    }

    /** Ends the call with this attempt, which says nothing of its instance if it has not begun here. */
    void stop(Attempt stopped) {
        stopped.end(attempt == stopped ? onCancel(stopped) : Outcome.cancelled()); // the call may be cancelled already
        call.cancel();
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

    /** What the response says of the instance; nothing bad if the instance was not asked. */
    Outcome said() {
        Outcome known = evidence.head();
        return known == null ? Outcome.success() : known;
    }

    /** Whether the response is that of the instance. */
    boolean isAnsweredByTheInstance() {
        return evidence.head() != null && !elsewhere;
    }

    /** The response goes to the caller, as it is returned. */
    Response handOver(Response response) {
        Evidence known = evidence;
        Outcome head = known.head();
        if (head == null) {
            end(Outcome.cancelled()); // from the cache, or made up by an interceptor: the instance was not asked
            return response;
        }
        handedOver = true;
        if (upgraded) {
            return WatchedSocket.in(response, known);
        }
        if (bodyEnded) {
            end(head);
        }
        return response;
    }

    /**
     * The caller does not get the response.
     *
     * @throws IOException if nobody waits for another one either
     */
    void drop() throws IOException {
        Attempt dropped = attempt;
        if (dropped != null && dropped.isStopped()) {
            throw dropped.isTimedOut() ? timeout(null) : new IOException(CANCELED);
        }
    }

    /**
     * Whether what failed was a connection that had been used before, and no byte of an answer had come: as when the server
     * has closed meanwhile what was idle.
     */
    boolean hasLostAKeptConnection(IOException failure) {
        return !connected && !call.isCanceled() && evidence.isConnectionLost(failure);
    }

    /** There is no response. Returns the failure with the instance named that it came from. */
    IOException failed(IOException failure) {
        Attempt failed = attempt;
        if (failed == null) {
            return failure;
        }
        if (call.isCanceled()) {
            awaitCanceled();
            abandon();
            IOException explained = explained(failure, failed);
            return failed.isTimedOut() ? timeout(explained) : explained;
        }
        end(evidence.onFailure(failure));
        if (elsewhere) {
            return failure;
        }
        IOException explained = explained(failure, failed);
        return explained != failure ? explained : CalledInstance.named(failure, host, failed.instance());
    }

    /** With what was wrong on this side, if anything was. */
    private IOException explained(IOException failure, Attempt of) {
        return OwnFaults.explained(failure, host, of) instanceof IOException explained ? explained : failure;
    }

    /** Who lost interest, {@link #canceled} says, which comes right after the mark that has made the call fail. */
    private void awaitCanceled() {
        for (int i = 0; !canceled && i < LOOKS && !Thread.currentThread().isInterrupted(); i++) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** As OkHttp says it. */
    static InterruptedIOException timeout(@Nullable Throwable cause) {
        InterruptedIOException timeout = new InterruptedIOException("timeout");
        if (cause != null) {
            timeout.initCause(cause);
        }
        return timeout;
    }

    /** There is no response, through no fault of the instance. */
    void abandon() {
        end(evidence.onLossOfInterest());
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
        connected = true;
    }

    @Override
    public void requestHeadersStart(Call call) {
        evidence.requestBegins();
        if (bodyEnded) {
            bodyEnded = false;
        }
    }

    @Override
    public void requestBodyStart(Call call) {
        Attempt sending = attempt;
        if (sending != null && bodyOnce) {
            sending.spent();
        }
    }

    @Override
    public void requestFailed(Call call, IOException failure) {
        evidence.connectionFails();
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        if (response.code() == SWITCHING_PROTOCOLS) {
            upgraded = true;
        }
        Outcome known = evidence.headArrives(response);
        Attempt answered = attempt;
        if (answered != null && known.kind() == Outcome.Kind.SUCCESS) {
            answered.answered();
        }
        String load = response.header(OrcaHeader.NAME);
        if (answered != null && load != null && !elsewhere) {
            OrcaHeader.parse(load).ifPresent(answered::report);
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
        Attempt connected = attempt;
        if (connected != null) {
            held = new HeldConnection(connection, connected.instance());
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

    /** A connection that breaks as the caller cancels is his doing, even if {@link #canceled} is told later. */
    @Override
    public void callEnd(Call call) {
        end(call.isCanceled() ? evidence.onLossOfInterest() : evidence.atTheEnd());
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

    /** By the caller on any thread; by OkHttp when the time for the whole call is up; because the attempt was stopped. */
    @Override
    public void canceled(Call call) {
        Attempt ended = attempt;
        if (ended != null) {
            ended.end(onCancel(ended));
        }
        canceled = true;
        BalancedCall others = attempts;
        if (others != null) {
            others.cancel();
        }
    }

    /** An attempt that is stopped, but not for its time, has lost, whatever it may have begun to answer. */
    private Outcome onCancel(Attempt ended) {
        if (ended.isTimedOut() || isTimer(Thread.currentThread())) {
            return evidence.onTimeout();
        }
        return ended.isStopped() ? Outcome.cancelled() : evidence.onLossOfInterest();
    }

    /** OkHttp does not say why a call is cancelled, but its timers all run on one thread of Okio's. */
    private static boolean isTimer(Thread thread) {
        return thread.getClass().getName().startsWith("okio.");
    }

    private void end(Outcome outcome) {
        Attempt ended = attempt;
        if (ended != null) {
            ended.end(outcome);
        }
    }

    @Override
    public String toString() {
        return host + ": " + attempt;
    }

    /** The tag of a call by which its next listener finds the last one. Belongs to the thread of the call. */
    private static final class Last {

        private @Nullable CallListener listener;
    }
}
