package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.concurrent.Fields;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls of one instance: those in flight and those that have not been answered, successes, and failures in a row.
 *
 * <p>Nearly all is in one word, see {@link CallWord}: a begin is one compare-and-set, an end one addition. As the mark that
 * the instance is draining is in it, a pick and the begin of a drain cannot miss each other: after the mark is set no pick
 * gets in, and whoever takes the last call out sees it. So does the mark that the calls are also counted in a total: each call
 * that begins or ends sees whether it has to change the total, and setting or clearing the mark moves exactly the calls that
 * did not.
 */
abstract sealed class CallCounts extends TouchedFields permits CallStatistics {

    /** Answers are counted up to here. */
    private static final int MANY_ANSWERS = 1 << 30;

    /** What {@link #countBegin} answers when no call may begin. */
    static final int REFUSED = -1;

    private static final VarHandle SUCCESSES = Fields.of(MethodHandles.lookup(), "successes", long.class);
    private static final VarHandle FAILURES_IN_A_ROW = Fields.of(MethodHandles.lookup(), "failuresInARow", long.class);

    /** See {@link FailureRun}. */
    private volatile long failuresInARow;

    /** Successes by 16; the rest is in the word. */
    @SuppressWarnings("unused") // through SUCCESSES
    private volatile long successes;

    /** Where the calls are counted as well. Written by the control plane before it sets the mark, read after seeing it. */
    private @Nullable LongAdder total;

    CallCounts(InFlightLimit limit, Ticker ticker) {
        super(limit, ticker);
    }

    final long now() {
        return ticker.nanos();
    }

    /** How many calls are in flight. */
    public final int inFlight() {
        return CallWord.inFlight(word);
    }

    /** When the last call began; before the first one, when this was made. */
    public final long lastPickNanos() {
        return lastPick;
    }

    /** See {@link dev.evenkeel.lb.strategy.Candidate#waitingNanos}. */
    public final long waitingNanos(long now) {
        long current = word;
        if (CallWord.isOlderWaiting(current)) {
            return Math.max(0, now - olderBegun);
        }
        return CallWord.isNewerWaiting(current) ? Math.max(0, now - lastPick) : 0;
    }

    /** Calls have not been waiting while this process did not run. On the control plane. */
    final void paused(Pause pause) {
        long older = olderBegun;
        OLDER_BEGUN.compareAndSet(this, older, pause.moved(older));
        long last = lastPick;
        LAST_PICK.compareAndSet(this, last, pause.moved(last));
    }

    /** How many calls have failed or were turned away since the last success. */
    public final int failuresInARow() {
        return FailureRun.length(failuresInARow);
    }

    /** How often it has answered, up to a great many. */
    final int answers() {
        return answers;
    }

    /** See {@link FailureRun}. */
    final long failureRun() {
        return failuresInARow;
    }

    /** How many calls may be in flight now. */
    final int limit() {
        return limit;
    }

    final boolean hasAdaptingLimit() {
        return adaptingLimit != null;
    }

    /** A call that began at this time has found the instance overloaded. */
    final void lowerLimit(long begun, long now) {
        limit = requireNonNull(adaptingLimit).overloaded(begun, now);
    }

    /** Whether another call may begin, without a look at a trial. */
    final boolean isOpen() {
        return CallWord.isOpen(word, limit);
    }

    /** Whether another call may begin, if no trial keeps it out. */
    final boolean hasRoom() {
        return CallWord.hasRoom(word, limit);
    }

    /** Counts a call that begins now. Returns its generation, or {@link #REFUSED} where there is no room for it. */
    final int countBegin(long now) {
        long current = word;
        while (CallWord.hasRoom(current, limit)) {
            long turned = CallWord.turned(current);
            if (turned != current) {
                OLDER_BEGUN.setOpaque(this, lastPick); // nobody relies on the old time any more
            }
            LAST_PICK.setOpaque(this, now);
            int generation = CallWord.current(turned);
            long begun = turned + CallWord.oneWaiting(generation) + 1;
            long seen = (long) WORD.compareAndExchange(this, current, begun);
            if (seen == current) {
                if (CallWord.isCounted(current)) {
                    addToTotal(1);
                }
                return generation;
            }
            current = seen;
        }
        return REFUSED;
    }

    /** Takes a call out of those that wait for an answer. Returns the word before. */
    final long countAnswer(int generation) {
        return (long) WORD.getAndAdd(this, -CallWord.oneWaiting(generation));
    }

    /** It has answered once more. */
    final void countAnswered() {
        int before = answers;
        if (before < MANY_ANSWERS) {
            ANSWERS.setOpaque(this, before + 1);
        }
    }

    /** Takes a call out, which is still waiting for an answer or not. Returns the word before. */
    final long countEnd(boolean success, long waiting) {
        long before = (long) WORD.getAndAdd(this, (success ? CallWord.SUCCESS : 0) - waiting - 1);
        if (success && CallWord.completesSuccesses(before)) {
            SUCCESSES.getAndAdd(this, 1L);
        }
        if (success && adaptingLimit != null) {
            limit = adaptingLimit.succeeded(CallWord.inFlight(before));
        }
        if (CallWord.isCounted(before)) {
            addToTotal(-1);
        }
        return before;
    }

    /** Of a success and a failure at the same moment, either may be the last. */
    final void endFailuresInARow() {
        if (failuresInARow != FailureRun.NONE) {
            failuresInARow = FailureRun.NONE;
        }
    }

    /** Those calls at the end of the row that did not reach the instance do not count any more. */
    final void endNeverReachedInARow() {
        long before = failuresInARow;
        while (before != FailureRun.NONE) {
            long seen = (long) FAILURES_IN_A_ROW.compareAndExchange(this, before, FailureRun.reached(before));
            if (seen == before) {
                return;
            }
            before = seen;
        }
    }

    final void countFailureInARow(Outcome.Kind kind) {
        long before;
        do {
            before = failuresInARow;
        } while (!FAILURES_IN_A_ROW.compareAndSet(this, before, FailureRun.longer(before, kind)));
        markFailing();
    }

    /** Tells the next success that there is something to mend: see {@link CallStatistics#mend}. */
    final void markFailing() {
        if (!isFailing()) {
            WORD.getAndBitwiseOr(this, CallWord.FAILING);
        }
    }

    /** The mark is to be taken off before it is looked whether it was right to: then a failure meanwhile sets it again. */
    final void unmarkFailing() {
        WORD.getAndBitwiseAnd(this, ~CallWord.FAILING);
    }

    /** Whether calls have failed of late, at a glance. */
    final boolean isFailing() {
        return CallWord.isFailing(word);
    }

    /** Lets no further call in. Returns whether none is in flight. */
    final boolean drain() {
        return CallWord.inFlight((long) WORD.getAndBitwiseOr(this, CallWord.DRAINING)) == 0;
    }

    /** Lets calls in again. */
    final void undrain() {
        WORD.getAndBitwiseAnd(this, ~CallWord.DRAINING);
    }

    /** Whether each call is to have a second look at the trial, and each end to tell it. */
    final void mark(boolean onTrial) {
        if (onTrial) {
            WORD.getAndBitwiseOr(this, CallWord.ON_TRIAL);
        } else {
            WORD.getAndBitwiseAnd(this, ~CallWord.ON_TRIAL);
        }
    }

    /** Counts the calls in this total as well, also those that are in flight. On the control plane, always the same total. */
    final void countIn(LongAdder sum) {
        if (!CallWord.isCounted(word)) {
            this.total = sum;
            sum.add(CallWord.inFlight((long) WORD.getAndBitwiseOr(this, CallWord.COUNTED)));
        }
    }

    /** Takes the calls out of the total again. On the control plane. */
    final void countAlone() {
        if (!CallWord.isCounted(word)) {
            return; // only the control plane sets the mark
        }
        long before = (long) WORD.getAndBitwiseAnd(this, ~CallWord.COUNTED);
        addToTotal(-CallWord.inFlight(before));
    }

    private void addToTotal(int calls) {
        requireNonNull(total).add(calls);
    }

    /** Never goes back, unless two calls are held up between both counts at the same time. */
    final long successes() {
        long counted;
        long current;
        do {
            counted = successes;
            current = word;
        } while (counted != successes);
        return CallWord.successes(current, counted);
    }
}
