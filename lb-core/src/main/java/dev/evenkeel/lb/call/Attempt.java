package dev.evenkeel.lb.call;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.concurrent.Fields;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.request.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a {@link BalancedCall}: the lease of an instance, and what the work may tell of how it goes. Safe for
 * concurrent use.
 *
 * <p>Nothing has to be told. What is not: an attempt that returns has succeeded, and one that throws has failed, without having
 * reached the instance if it is one of the exceptions that say so ({@link java.net.ConnectException},
 * {@link java.net.NoRouteToHostException}, {@link java.net.UnknownHostException}). {@link #end(Outcome)} before that knows
 * better.
 */
public final class Attempt implements Lease {

    private static final Logger log = LoggerFactory.getLogger(BalancedCall.class);

    private static final VarHandle OUTCOME = Fields.of(MethodHandles.lookup(), "outcome", Outcome.class);
    private static final VarHandle ON_STOP = Fields.of(MethodHandles.lookup(), "onStop", Runnable.class);

    @SuppressWarnings("UnnecessaryLambda") // told from others by what it is
    private static final Runnable STOPPED = () -> {};

    private final CallState call;
    private final Lease lease;
    private final @Nullable Attempt previous;
    private final int number;
    private final boolean hedge;
    private final long begun;

    /** How it went. Written once. */
    @SuppressWarnings("unused") // by its handle
    private volatile @Nullable Outcome outcome;

    /** What to do when nobody waits for the attempt any more; then {@link #STOPPED}. */
    private volatile @Nullable Runnable onStop;

    /** Under way. Guarded by the call, as is what follows from it. */
    private boolean running = true;

    private volatile @Nullable CompletableFuture<?> result;

    /** When it ended without success. Written before {@link #outcome}. */
    private volatile long ended;

    private volatile boolean unsent;
    private volatile boolean spent;
    private volatile boolean keptOpen;

    /** Has told how long its answer took. More than once does no harm. */
    private boolean observed;

    private volatile boolean timedOut;

    /** What the answer says of the instance, if it goes to the caller; nothing bad before that is known. */
    private volatile @Nullable Outcome said;

    /** Its answer does not go to the caller. Written under the lock of the call. */
    private volatile boolean dropped;

    /** How long to wait until the next attempt, which is paid for already. Belongs to the thread that ends this one. */
    private volatile @Nullable Duration paidPause;

    Attempt(CallState call, Lease lease, @Nullable Attempt previous, boolean hedge, long begun) {
        this.call = call;
        this.lease = lease;
        this.previous = previous;
        this.number = previous == null ? 1 : previous.number + 1;
        this.hedge = hedge;
        this.begun = begun;
    }

    @Override
    public ServiceInstance instance() {
        return lease.instance();
    }

    /** Which attempt of the call it is, from 1 on. */
    public int number() {
        return number;
    }

    /** Whether it runs beside another attempt, as that one takes long. */
    public boolean isHedge() {
        return hedge;
    }

    @Override
    public boolean isFailOpen() {
        return lease.isFailOpen();
    }

    @Override
    public Duration paused() {
        return lease.paused();
    }

    /** How much time it has, of its own and of the call's; empty for as much as it takes. Not negative. */
    public Optional<Duration> timeLeft() {
        return call.timeLeft(this);
    }

    /** Whether nobody waits for it any more: it took too long, another one was faster, or the call is over. */
    public boolean isStopped() {
        return onStop == STOPPED;
    }

    /** Whether it was stopped because it, or the call, took too long. */
    public boolean isTimedOut() {
        return timedOut;
    }

    /**
     * Sets how the work is ended when nobody waits for it any more, such as by closing a socket; at once if that is so already.
     * It may {@link #end} the attempt, if it knows how it went; it is {@linkplain Outcome#cancelled cancelled} otherwise, or
     * has {@linkplain Outcome#failed failed} if it {@linkplain #isTimedOut took too long}. Replaces what was set before. Must
     * not block. The future of an asynchronous attempt is cancelled besides.
     */
    public void onStop(Runnable action) {
        requireNonNull(action, "action");
        Runnable before;
        do {
            before = onStop;
            if (before == STOPPED) {
                action.run();
                return;
            }
        } while (!ON_STOP.compareAndSet(this, before, action));
    }

    /**
     * The instance has answered, and the answer is good: may the caller have it? If so, this attempt has won, and all others
     * are stopped. To be asked before anything of the answer gets to the caller, such as to a handler of bodies; on any
     * thread, any number of times until then. Who does not ask is asked when the work is done.
     *
     * @param said what the answer says of the instance, see {@link HttpOutcomes}
     * @return false if another attempt was faster, or it is too late: the answer is to be thrown away, which ends the work
     */
    public boolean accept(Outcome said) {
        return call.accept(this, requireNonNull(said, "said"));
    }

    /**
     * The same, for an answer that is better got elsewhere, such as an HTTP 503: the caller has it only if there is no other
     * attempt, under way or to come.
     *
     * @return false if the answer is to be thrown away, which ends the work
     */
    public boolean acceptIfLast(Outcome said) {
        return call.acceptIfLast(this, requireNonNull(said, "said"));
    }

    /**
     * The answer goes on after the work is done, such as a body that the caller reads: whoever reads it ends this attempt as
     * the lease that it is. Otherwise the call ends it when the work is done.
     */
    public void keepOpen() {
        keptOpen = true;
    }

    /**
     * It is certain that the instance has done nothing of it, and it may be sent to another one, whatever the outcome. Needs
     * not be said of one that was {@linkplain Outcome#neverReached never reached}. If the instance was
     * {@linkplain Outcome#overloaded overloaded}, having no room for one more, to ask another one costs the purse nothing.
     */
    public void unsent() {
        unsent = true;
    }

    /** It cannot be sent again, such as a body that has been read and is there only once. */
    public void spent() {
        spent = true;
    }

    /** The client has sent it once more by itself: the purse pays for that. */
    public void resent() {
        call.context().purse().debit();
    }

    @Override
    public void answered() {
        lease.answered();
        observe();
    }

    @Override
    public void report(LoadReport report) {
        lease.report(report);
    }

    @Override
    public void end(Outcome how) {
        requireNonNull(how, "outcome");
        if (outcome == null) {
            if (how.kind() != Outcome.Kind.SUCCESS) {
                ended = call.now();
            }
            OUTCOME.compareAndSet(this, null, how);
        }
        lease.end(how);
    }

    @Override
    public void close() {
        lease.close();
    }

    // ---- for the call

    /** The one that the call began before this one. */
    @Nullable Attempt previous() {
        return previous;
    }

    /** Has been begun with this. */
    void result(CompletableFuture<?> future) {
        result = future;
        if (isStopped()) {
            future.cancel(true);
        }
    }

    void timeUp() {
        timedOut = true;
    }

    boolean isRunning() {
        return running;
    }

    void notRunning() {
        running = false;
    }

    /** Ends the work, which went like this unless it has told already: nobody waits for it any more. */
    void stop(boolean late, Outcome how) {
        if (late) {
            timedOut = true;
            observe();
        }
        Runnable action = (Runnable) ON_STOP.getAndSet(this, STOPPED);
        if (action != null) {
            try {
                action.run();
            } catch (Throwable thrown) { // it ends all the same
                log.warn("what was to end a call to {} threw", instance(), thrown);
            }
        }
        end(dropped ? said() : how);
        CompletableFuture<?> future = result;
        if (future != null) {
            future.cancel(true);
        }
    }

    /** The work is done, and its answer goes to the caller. */
    void taken() {
        observe();
        if (!keptOpen) {
            end(said());
        }
    }

    /** Only first attempts tell how long answers take: hedges are made when that is too long. */
    void observe() {
        if (!hedge && !observed) {
            observed = true;
            call.observe(begun);
        }
    }

    void said(Outcome outcome) {
        said = outcome;
    }

    Outcome said() {
        Outcome known = said;
        return known == null ? Outcome.success() : known;
    }

    @Nullable Outcome outcome() {
        return outcome;
    }

    long begun() {
        return begun;
    }

    /** When it ended; now, if it has not, or well: that is asked only as the call fails for it nevertheless. */
    long ended() {
        Outcome how = outcome;
        return how == null || how.kind() == Outcome.Kind.SUCCESS ? call.now() : ended;
    }

    boolean isUnsent(Outcome how) {
        return unsent || how.kind() == Outcome.Kind.NEVER_REACHED;
    }

    boolean isSpent() {
        return spent;
    }

    boolean isDropped() {
        return dropped;
    }

    void drop() {
        dropped = true;
    }

    void paidPause(Duration pause) {
        paidPause = pause;
    }

    @Nullable Duration paidPause() {
        return paidPause;
    }

    @Override
    public String toString() {
        return "attempt " + number + " at " + instance();
    }
}
