package dev.evenkeel.lb.call;

import dev.evenkeel.lb.CallContext;
import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.time.Cancellable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one call: who is under way, whose answer the caller gets, and what ends them. What threads meet over is
 * guarded by this object; nothing of anybody else's runs under that lock.
 */
final class CallState {

    static final Cancellable NOTHING = () -> {};

    private final BalancedCall call;
    private final CallContext context;

    /** When the call was made. */
    private volatile long begun;

    /** The newest attempt; each knows the one before it. Written under the lock. */
    private volatile @Nullable Attempt last;

    /** What the call waits for while no attempt is under way: a lease, or the end of a pause. Written under the lock. */
    private volatile Cancellable waiting = NOTHING;

    // All that follows is guarded by this object.

    private boolean made;

    /** The attempt whose answer the caller gets. */
    private @Nullable Attempt accepted;

    private boolean hedged;

    /** It is being decided what comes after the last attempt, and no other one is under way whose answer would count. */
    private boolean deciding;

    private boolean over;
    private boolean late;

    private Cancellable hedgeTimer = NOTHING;
    private Cancellable deadlineTimer = NOTHING;

    CallState(BalancedCall call) {
        this.call = call;
        this.context = call.balancer().callContext();
    }

    /** What comes after an attempt. */
    enum Next {
        /** Nothing, as nobody waited for it any more. */
        NOTHING,
        /** Its answer goes to the caller. */
        ANSWER,
        /** The end of another attempt. */
        OTHER,
        /** Another attempt, or the failure of the call. */
        DECISION
    }

    CallContext context() {
        return context;
    }

    LoadBalancer balancer() {
        return call.balancer();
    }

    long now() {
        return context.ticker().nanos();
    }

    // ---- how long

    /** Nanoseconds until another attempt would come too late. */
    long rest() {
        return Math.min(rest(call.timeout()), rest(call.retryWithin()));
    }

    private long rest(@Nullable Duration limit) {
        return limit == null ? Long.MAX_VALUE : limit.toNanos() - (now() - begun);
    }

    /** Whether the time of the call is up, even if nobody has ended it yet. */
    boolean isTimeUp() {
        return rest(call.timeout()) <= 0;
    }

    /** Whether an answer would be of no use any more. */
    boolean isTooLate() {
        return rest(call.retryWithin()) <= 0;
    }

    Optional<Duration> timeLeft(Attempt attempt) {
        long left = rest(call.timeout());
        Optional<Duration> own = call.retries().attemptTimeout();
        if (own.isPresent()) {
            left = Math.min(left, own.get().toNanos() - (now() - attempt.begun()));
        }
        return left == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos(Math.max(0, left)));
    }

    /** See {@link CallContext#later}. */
    Cancellable later(Runnable task, Duration delay) {
        return context.later(task, delay);
    }

    /** Whether the call was not made before; it is now. */
    synchronized boolean make() {
        boolean first = !made;
        made = true;
        return first;
    }

    /** The call is made: its time begins. */
    void start() {
        begun = now();
    }

    /** Ends the wait of the caller, unless the call is over before. */
    void startTimeout(Duration limit, Runnable whenOver) {
        Cancellable timer = later(whenOver, limit);
        synchronized (this) {
            if (!over) {
                deadlineTimer = timer;
                return;
            }
        }
        timer.cancel();
    }

    /** How long an attempt that begins now may take, if that is limited, and by less than the time of the call. */
    @Nullable Duration attemptLimit() {
        Duration own = call.retries().attemptTimeout().orElse(null);
        return own != null && own.toNanos() < rest(call.timeout()) ? own : null;
    }

    /**
     * The time of an attempt is up: its answer is not the caller's any more. Returns false if it is over, or the instance has
     * done its part, and the answer is only on its way to the caller.
     */
    synchronized boolean timeUp(Attempt attempt) {
        if (!attempt.isRunning() || hasAnswered(attempt)) {
            return false;
        }
        attempt.timeUp();
        return true;
    }

    /** Guarded. */
    private boolean hasAnswered(Attempt attempt) {
        Outcome told = attempt.outcome();
        return told != null && (accepted == attempt || told.kind() == Outcome.Kind.SUCCESS);
    }

    // ---- attempts

    /** What to say of the next pick. */
    PickRequest nextPick() {
        return call.timeout() == null && attemptCount() == 0 ? call.pickRequest() : new NextAttempt(call, this).pick();
    }

    /** How many have begun. */
    int attemptCount() {
        Attempt newest = last;
        return newest == null ? 0 : newest.number();
    }

    /** Those that have begun, in that order. */
    List<Attempt> attempts() {
        Attempt newest = last;
        if (newest == null) {
            return List.of();
        }
        Attempt[] all = new Attempt[newest.number()];
        for (Attempt attempt = newest; attempt != null; attempt = attempt.previous()) {
            all[attempt.number() - 1] = attempt;
        }
        return List.of(all);
    }

    /** Begins an attempt; null if the call is over, or if it is a hedge that comes too late. */
    @Nullable Attempt begin(Lease lease, boolean hedge) {
        boolean atOnce = last == null && waiting == NOTHING;
        long now = atOnce ? begun : now(); // nobody has waited: there is no need for another look at the clock
        synchronized (this) {
            if (over || (hedge && (accepted != null || !isAnyRunning()))) {
                return null;
            }
            Attempt attempt = new Attempt(this, lease, last, hedge, now);
            last = attempt;
            deciding = false;
            waiting = NOTHING;
            return attempt;
        }
    }

    /** Guarded. */
    private boolean isAnyRunning() {
        for (Attempt attempt = last; attempt != null; attempt = attempt.previous()) {
            if (attempt.isRunning()) {
                return true;
            }
        }
        return false;
    }

    boolean accept(Attempt attempt, Outcome said) {
        List<Attempt> slower;
        Cancellable hedge;
        synchronized (this) {
            if (!mayBeAccepted(attempt)) {
                return false;
            }
            accepted = attempt;
            attempt.said(said);
            slower = othersThan(attempt);
            hedge = takeHedgeTimer();
        }
        hedge.cancel();
        slower.forEach(CallState::stopSlower);
        moveSession(attempt);
        return true;
    }

    boolean acceptIfLast(Attempt attempt, Outcome said) {
        synchronized (this) {
            if (!mayBeAccepted(attempt)) {
                return false;
            }
            attempt.said(said);
            if (accepted == attempt) {
                return true;
            }
            if (isOtherLive(attempt)) {
                attempt.drop();
                return false;
            }
        }
        Duration pause = new NextAttempt(call, this).pay(attempt, said);
        if (pause == null) {
            return accept(attempt, said);
        }
        synchronized (this) {
            attempt.drop();
            attempt.paidPause(pause);
        }
        return false;
    }

    /** Guarded. */
    private boolean mayBeAccepted(Attempt attempt) {
        return !attempt.isDropped()
                && !attempt.isTimedOut()
                && attempt.isRunning()
                && (accepted == null || accepted == attempt);
    }

    /** The work of an attempt is done. Of all that end an attempt, one is told what comes next. */
    Next done(Attempt attempt, boolean hasAnswer) {
        Cancellable hedge;
        List<Attempt> slower;
        Next next;
        synchronized (this) {
            if (!attempt.isRunning()) {
                return Next.NOTHING;
            }
            hedge = takeHedgeTimer();
            if (hasAnswer && mayBeAccepted(attempt)) {
                over = true;
                accepted = attempt;
                slower = othersThan(attempt);
                next = Next.ANSWER;
            } else { // no other one was accepted: that would have stopped this one
                accepted = null;
                slower = List.of();
                next = deciding || isOtherLive(attempt) ? Next.OTHER : Next.DECISION;
                deciding |= next == Next.DECISION;
            }
            attempt.notRunning();
        }
        hedge.cancel();
        slower.forEach(CallState::stopSlower);
        return next;
    }

    /** Whether there is another attempt whose answer may still be the caller's. Guarded. */
    private boolean isOtherLive(Attempt attempt) {
        for (Attempt other = last; other != null; other = other.previous()) {
            if (other != attempt && other.isRunning() && !other.isDropped()) {
                return true;
            }
        }
        return false;
    }

    /** Takes the others off. Guarded. */
    private List<Attempt> othersThan(@Nullable Attempt attempt) {
        List<Attempt> others = List.of(); // there are none, most often
        for (Attempt other = last; other != null; other = other.previous()) {
            if (other != attempt && other.isRunning()) {
                others = others.isEmpty() ? new ArrayList<>(2) : others;
                others.add(other);
                other.notRunning();
            }
        }
        return others;
    }

    /** It has taken at least so long. */
    private static void stopSlower(Attempt attempt) {
        attempt.observe();
        attempt.stop(false, Outcome.cancelled());
    }

    /** Only if it was to be thrown away is it known what an attempt said that ended well. What came too late has failed. */
    Outcome outcomeOf(Attempt attempt, @Nullable Throwable failure) {
        Outcome told = attempt.outcome();
        if (told != null) {
            return attempt.isTimedOut() && told.kind() == Outcome.Kind.SUCCESS ? Outcome.timedOut() : told;
        }
        return failure == null ? attempt.said() : ThrownOutcomes.of(failure);
    }

    // ---- hedges

    /** Waits for the time of a hedge beside this attempt, unless there was one. */
    void startHedge(Attempt attempt, Duration delay, Runnable hedge) {
        synchronized (this) {
            if (hedged) {
                return;
            }
        }
        Cancellable timer = later(hedge, delay);
        synchronized (this) {
            if (attempt.isRunning() && accepted == null) {
                hedgeTimer = timer;
                return;
            }
        }
        timer.cancel();
    }

    /** Whether there is to be a hedge beside this attempt; once. */
    synchronized boolean hedge(Attempt slow) {
        if (hedged || accepted != null || !slow.isRunning() || slow.isDropped()) {
            return false;
        }
        hedged = true;
        return true;
    }

    /** How long the answer to an attempt has taken, or the wait for one that never came. */
    void observe(long since) {
        if (call.hedging().percentile().isPresent()) {
            long now = now();
            context.answerTimes().record(now - since, now);
        }
    }

    private Cancellable takeHedgeTimer() {
        Cancellable timer = hedgeTimer;
        hedgeTimer = NOTHING;
        return timer;
    }

    // ---- the end

    /** The call waits for a lease, but no longer than an answer is of use. */
    @SuppressWarnings("FutureReturnValueIgnored") // cancelling a timer does not throw
    void waitForLease(CompletableFuture<Lease> acquired) {
        waitFor(() -> acquired.cancel(false));
        Duration within = call.retryWithin();
        if (within == null) {
            return;
        }
        try {
            Cancellable timer = later(() -> acquired.cancel(false), Duration.ofNanos(Math.max(0, rest(within))));
            acquired.whenComplete((lease, refusal) -> timer.cancel());
        } catch (RuntimeException thrown) { // by a scheduler that was handed in: without a time-out it must not wait
            acquired.cancel(false);
        }
    }

    /** The call waits for this, until an attempt begins. */
    void waitFor(Cancellable next) {
        synchronized (this) {
            if (!over) {
                waiting = next;
                return;
            }
        }
        next.cancel();
    }

    synchronized boolean isOver() {
        return over;
    }

    /** Whether it was ended from outside before it had an answer, and not for want of time. To be asked where it has none. */
    synchronized boolean isCancelled() {
        return over && !late;
    }

    /** Whether it is over because there was no time left. */
    synchronized boolean isLate() {
        return late;
    }

    /** Ends everything that goes on: the caller has what he gets, or has given up, or there is no time left. */
    void end(boolean outOfTime) {
        List<Attempt> left;
        Cancellable wait;
        Cancellable hedge;
        Cancellable deadline;
        synchronized (this) {
            wait = waiting;
            hedge = takeHedgeTimer();
            deadline = deadlineTimer;
            waiting = NOTHING;
            deadlineTimer = NOTHING;
            late |= outOfTime && !over;
            over = true;
            left = othersThan(null);
        }
        wait.cancel();
        hedge.cancel();
        deadline.cancel();
        for (Attempt attempt : left) {
            attempt.stop(outOfTime, outOfTime ? Outcome.timedOut() : Outcome.cancelled());
        }
    }

    /** The call has an answer, and is to be {@linkplain #end ended}. */
    void answered(Attempt attempt) {
        attempt.taken();
        moveSession(attempt);
        Outcome how = attempt.outcome();
        if ((how == null ? attempt.said() : how).kind() == Outcome.Kind.SUCCESS) {
            context.purse().earn();
        }
    }

    /** A session goes on where its call was answered, if that failed where it was. */
    private void moveSession(Attempt answered) {
        StickySession session = call.pickRequest().session().orElse(null);
        if (session == null) {
            return;
        }
        Optional<String> place = session.instanceId(balancer().serviceName());
        if (place.isPresent() && wasTried(place.get())) {
            session.move(balancer().serviceName(), place, answered.instance().id());
        }
    }

    private boolean wasTried(String instanceId) {
        for (Attempt attempt = last; attempt != null; attempt = attempt.previous()) {
            if (attempt.instance().id().equals(instanceId)) {
                return true;
            }
        }
        return false;
    }

    /** Says on the failure of the call what led to it. */
    void describe(Throwable failure) {
        AttemptHistory.attach(failure, attempts(), begun);
    }
}
