package dev.evenkeel.lb.call;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.time.Cancellable;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The attempts of a call that is made on other threads, one after the other, or two at once. */
final class AsyncAttempts<T extends @Nullable Object> {

    private static final Logger log = LoggerFactory.getLogger(BalancedCall.class);

    private final CallState state;
    private final BalancedCall call;
    private final Function<Attempt, CompletableFuture<T>> work;
    private final CompletableFuture<T> answer = new CompletableFuture<>();

    private volatile @Nullable Throwable lastFailure;

    AsyncAttempts(CallState state, BalancedCall call, Function<Attempt, CompletableFuture<T>> work) {
        this.state = state;
        this.call = call;
        this.work = work;
    }

    /** Whoever completes it, ends everything. */
    CompletableFuture<T> answer() {
        return answer;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ending does not throw
    void begin() {
        answer.whenComplete((value, failure) -> state.end(false));
        try {
            state.start();
            Duration limit = call.timeout();
            if (limit != null) {
                state.startTimeout(limit, this::outOfTime);
            }
            acquire();
        } catch (RuntimeException thrown) { // by a scheduler that was handed in
            fail(thrown);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is done then does not throw: it fails the answer
    private void acquire() {
        CompletableFuture<Lease> acquired;
        try {
            acquired = state.balancer().acquireAsync(state.nextPick());
        } catch (RuntimeException thrown) {
            refused(thrown);
            return;
        }
        if (acquired.isDone() && !acquired.isCompletedExceptionally()) { // as it mostly is
            attempt(acquired.join(), false);
            return;
        }
        state.waitForLease(acquired);
        acquired.whenComplete((lease, refusal) -> {
            if (lease != null) {
                attempt(lease, false);
            } else {
                refused(FutureFailures.unwrap(refusal));
            }
        });
    }

    /** There is nobody to ask: what the caller gets is the failure of whoever was asked last. */
    private void refused(Throwable refusal) {
        if (answer.isDone()) {
            return; // it is over, and so is the wait
        }
        if (state.isTimeUp()) { // which is why the wait ended
            outOfTime();
            return;
        }
        Throwable before = lastFailure;
        if (before == null) {
            fail(
                    state.isTooLate()
                            ? timeout(requireNonNull(call.retryWithin()))
                            : call.refusalFailure().apply(refusal));
        } else {
            before.addSuppressed(refusal);
            fail(before);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // as above
    private void attempt(Lease lease, boolean hedge) {
        Attempt attempt = state.begin(lease, hedge);
        if (attempt == null) {
            if (hedge) {
                new Hedging(call, state).giveBack(lease);
            } else {
                lease.end(Outcome.cancelled());
            }
            return;
        }
        Cancellable timer;
        try {
            timer = startTimers(attempt);
        } catch (RuntimeException thrown) { // by a scheduler that was handed in: without a time-out it must not wait
            fail(thrown);
            return;
        }
        CompletableFuture<T> result;
        try {
            result = requireNonNull(work.apply(attempt), "result");
        } catch (Throwable thrown) {
            result = CompletableFuture.failedFuture(thrown);
        }
        attempt.result(result);
        result.whenComplete((value, thrown) -> {
            timer.cancel();
            done(attempt, value, thrown);
        });
    }

    /** Returns what ends the attempt, if its time is limited. */
    private Cancellable startTimers(Attempt attempt) {
        Duration limit = state.attemptLimit();
        Cancellable timer = limit == null ? CallState.NOTHING : state.later(() -> tooLate(attempt), limit);
        if (call.hedging().isOn()) {
            new Hedging(call, state)
                    .delay(attempt)
                    .ifPresent(delay -> state.startHedge(attempt, delay, () -> hedge(attempt)));
        }
        return timer;
    }

    private void hedge(Attempt slow) {
        Lease lease = new Hedging(call, state).acquire(slow);
        if (lease != null) {
            attempt(lease, true);
        }
    }

    private void tooLate(Attempt attempt) {
        if (state.timeUp(attempt)) {
            attempt.stop(true, Outcome.timedOut());
            done(attempt, null, timeout(call.retries().attemptTimeout().orElseThrow())); // unless its future did
        }
    }

    private void outOfTime() {
        state.end(true);
        fail(timeout(requireNonNull(call.timeout())));
    }

    private Throwable timeout(Duration limit) {
        return call.timeoutFailure().apply(limit);
    }

    private void done(Attempt attempt, @Nullable T value, @Nullable Throwable thrown) {
        CallState.Next next = state.done(attempt, thrown == null);
        if (next == CallState.Next.ANSWER) {
            state.answered(attempt);
            state.end(false); // before anybody hears of the answer
            if (!answer.complete(value)) {
                discard(value);
            }
            return;
        }
        if (thrown == null) {
            discard(value);
        }
        if (next == CallState.Next.NOTHING) {
            return;
        }
        Throwable failure = failure(attempt, thrown);
        if (failure != null) {
            lastFailure = failure;
        }
        Outcome how = state.outcomeOf(attempt, failure);
        if (next == CallState.Next.OTHER) {
            attempt.end(how);
            return;
        }
        Duration pause = new NextAttempt(call, state).pay(attempt, how);
        attempt.end(how);
        goOn(pause);
    }

    /** Null for an answer that was thrown away. */
    private @Nullable Throwable failure(Attempt attempt, @Nullable Throwable thrown) {
        if (attempt.isTimedOut()) {
            return timeout(call.retries().attemptTimeout().orElseThrow());
        }
        return thrown == null ? null : FutureFailures.unwrap(thrown);
    }

    private void goOn(@Nullable Duration pause) {
        if (pause == null) {
            Throwable failure = lastFailure;
            fail(failure == null ? new IllegalStateException("no answer was accepted") : failure);
        } else if (pause.isZero()) {
            acquire();
        } else {
            try {
                state.waitFor(state.later(this::acquire, pause));
            } catch (RuntimeException thrown) { // by a scheduler that was handed in
                refused(thrown);
            }
        }
    }

    /** Who cancels a call hears that it is cancelled, whatever its last attempt came to at that moment. */
    private void fail(Throwable failure) {
        if (!answer.isDone()) {
            Throwable how = state.isCancelled() ? new CancellationException() : failure;
            state.describe(how);
            answer.completeExceptionally(how);
        }
    }

    /** What came too late, or after another one, is not left open. */
    private static void discard(@Nullable Object value) {
        if (value instanceof AutoCloseable open) {
            try {
                open.close();
            } catch (Exception thrown) {
                log.debug("an answer that nobody waited for could not be closed", thrown);
            }
        }
    }
}
