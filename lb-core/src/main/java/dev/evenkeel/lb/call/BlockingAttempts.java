package dev.evenkeel.lb.call;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.time.Cancellable;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The attempts of a call that is made on the caller's thread, one after the other. */
final class BlockingAttempts<T extends @Nullable Object, X extends Exception> {

    private final CallState state;
    private final BalancedCall call;
    private final BalancedCall.Work<T, X> work;

    private @Nullable Throwable lastFailure;

    BlockingAttempts(CallState state, BalancedCall call, BalancedCall.Work<T, X> work) {
        this.state = state;
        this.call = call;
        this.work = work;
    }

    T run() throws X, InterruptedException, TimeoutException {
        try {
            state.start();
            Duration limit = call.timeout();
            if (limit != null) {
                state.startTimeout(limit, () -> state.end(true));
            }
            return answer();
        } catch (Throwable failure) {
            state.describe(failure);
            throw failure;
        } finally {
            state.end(false);
        }
    }

    private T answer() throws X, InterruptedException, TimeoutException {
        while (true) {
            Attempt attempt = next();
            Duration limit = state.attemptLimit();
            Cancellable timer = limit == null ? CallState.NOTHING : state.later(() -> tooLate(attempt), limit);
            Duration pause;
            try {
                T value = work.run(attempt);
                CallState.Next next = state.done(attempt, true);
                if (next == CallState.Next.ANSWER) {
                    state.answered(attempt);
                }
                if (next != CallState.Next.DECISION
                        || attempt.isTimedOut()) { // what came too late is there all the same
                    return value;
                }
                pause = pause(attempt, null);
                if (pause == null) {
                    return value;
                }
            } catch (Throwable failure) {
                pause = state.done(attempt, false) == CallState.Next.DECISION ? pause(attempt, failure) : null;
                if (pause == null) {
                    throw failure;
                }
                lastFailure = failure;
            } finally {
                timer.cancel();
            }
            await(pause);
        }
    }

    private void tooLate(Attempt attempt) {
        if (state.timeUp(attempt)) {
            attempt.stop(true, Outcome.timedOut());
        }
    }

    /** Ends the attempt. Returns how long to wait before the next one. */
    private @Nullable Duration pause(Attempt attempt, @Nullable Throwable failure) {
        Outcome how = state.outcomeOf(attempt, failure);
        Duration pause = new NextAttempt(call, state).pay(attempt, how);
        attempt.end(how);
        return pause;
    }

    private Attempt next() throws X, InterruptedException, TimeoutException {
        Lease lease;
        try {
            CompletableFuture<Lease> acquired = state.balancer().acquireAsync(state.nextPick());
            if (!acquired.isDone()) { // it mostly is
                state.waitForLease(acquired);
            }
            lease = await(acquired);
        } catch (RuntimeException refusal) {
            throw instead(refusal);
        }
        Attempt attempt = state.begin(lease, false);
        if (attempt == null) {
            lease.end(Outcome.cancelled());
            throw instead(new CancellationException());
        }
        return attempt;
    }

    private static Lease await(CompletableFuture<Lease> acquired) throws InterruptedException {
        try {
            return acquired.get();
        } catch (InterruptedException interrupted) {
            if (!acquired.cancel(false) && !acquired.isCompletedExceptionally()) {
                acquired.join().end(Outcome.cancelled()); // it came between the interrupt and the cancel
            }
            throw interrupted;
        } catch (ExecutionException failed) {
            throw BlockingAttempts.<RuntimeException>asThrown(FutureFailures.unwrap(failed));
        }
    }

    /** Waits by the scheduler's time, so that a cancellation or an interrupt ends it. */
    private void await(Duration pause) throws X, InterruptedException, TimeoutException {
        if (pause.isZero()) {
            return;
        }
        CompletableFuture<Boolean> elapsed = new CompletableFuture<>();
        try {
            Cancellable timer = state.later(() -> elapsed.complete(true), pause);
            state.waitFor(() -> {
                timer.cancel();
                elapsed.cancel(false);
            });
            elapsed.get();
        } catch (RuntimeException | ExecutionException over) {
            throw instead(over);
        }
    }

    /** What the caller gets when there is no further attempt, for this reason. */
    private X instead(Exception reason) throws X, TimeoutException {
        boolean late = state.isLate() || state.isTimeUp();
        boolean cancelled = state.isOver() && !late;
        Throwable before = lastFailure;
        if (before != null && !cancelled) {
            if (!late) {
                before.addSuppressed(reason);
            }
            throw BlockingAttempts.<X>asThrown(before);
        }
        if (late) {
            throw new TimeoutException("no answer within " + call.timeout());
        }
        if (!cancelled && state.isTooLate()) {
            throw new TimeoutException("no instance within " + call.retryWithin());
        }
        throw BlockingAttempts.<X>asThrown(
                cancelled ? new CancellationException() : call.refusalFailure().apply(reason));
    }

    /** Everything that comes here is unchecked or an X. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E asThrown(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
