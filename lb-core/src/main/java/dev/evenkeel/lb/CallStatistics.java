package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.Fields;
import dev.evenkeel.lb.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What calls have taught about one instance, besides what is counted of them: how long it takes to answer, and how often it
 * fails.
 *
 * <p>The latency is an average in which older samples count less:
 *
 * <pre>
 * average = average + a * (sample - average)     a = max(1 - decay(dt / 1 s), 0.1), dt = time since the last sample
 *                                                a is at least 0.3 for a sample of more than three times the average
 * </pre>
 *
 * <p>Example: the average is 100 ms. A sample of 200 ms right after the last one makes it 110 ms; one that comes 1 s later
 * makes it 160 ms, as decay(1) = 0.4; one of 400 ms makes it at least 190 ms. Answers teach it, and failures that took
 * longer than it: a fast failure is no sign of a fast instance.
 *
 * <p>Failures are counted with a decay of 10 s, and what they are a share of is counted only while there are any, so that
 * an instance that never fails pays nothing for it. The count begins with the answers of before, so that an instance that has
 * given many and fails for a moment is trusted again soon after.
 *
 * <p>Threads that record at once may lose one of two samples, and a reader may see one field without the other. That is
 * harmless: the next sample is as good as the lost one. Nothing here is a count that anybody relies on.
 */
sealed class CallStatistics extends CallCounts permits Node {

    /** Of the latency, in nanoseconds. */
    private static final double LATENCY_TAU = 1e9;

    /** One of so many. */
    private static final int MIN_SHARE_OF = 10;

    private static final double MIN_SHARE = 1.0 / MIN_SHARE_OF;

    /** For so long after a sample the share of the next one is the least, in nanoseconds: there is no need to work it out. */
    private static final long SHORT = 100_000_000;

    private static final long SPIKE = 3;
    private static final double SPIKE_SHARE = 0.3;

    /** Of failures, in nanoseconds. */
    private static final double FAILURE_TAU = 10e9;

    /** What is left of failures when they are forgotten. */
    private static final double NO_FAILURES = 0.01;

    /** So many successes are assumed besides those that are known, so that one failure is not all that is known. */
    private static final double ASSUMED_SUCCESSES = 2;

    /** The first failure is set against the answers before it, but not against more than this: they may be old. */
    private static final int REMEMBERED_ANSWERS = 100;

    /** Of an instance that has not answered yet, a time-out that is shorter says nothing, in nanoseconds. */
    private static final long TOO_SOON = 10_000_000;

    /** 52 days in nanoseconds: a clock that leaps is not believed more, and up to here a double is exact. */
    private static final long MAX_LATENCY = 1L << 52;

    private static final VarHandle FAILURES = Fields.of(MethodHandles.lookup(), "failures", double.class);
    private static final VarHandle OUTCOMES = Fields.of(MethodHandles.lookup(), "outcomes", double.class);
    private static final VarHandle LAST_OUTCOME = Fields.of(MethodHandles.lookup(), "lastOutcome", long.class);
    private static final VarHandle LAST_FAILURE = Fields.of(MethodHandles.lookup(), "lastFailure", long.class);

    // written without fences: each is right by itself, and none announces another

    /** Decayed to the time of {@link #lastOutcome}; 0 when there have been none for long. */
    private volatile double failures;

    /** Decayed like them; only counted while there are some. */
    private volatile double outcomes;

    private volatile long lastOutcome;
    private volatile long lastFailure;

    // written when a call fails, so that what an answer takes is not mistaken for what a time-out takes

    /** The latency before calls began to fail; 0 if there were no answers. */
    private volatile long usual;

    /** How many answers there were then. */
    private volatile int usualAnswers;

    CallStatistics(InFlightLimit limit, Ticker ticker) {
        super(limit, ticker);
    }

    /** The instance answered, after so long. */
    final void answered(long nanos, long now) {
        sample(nanos, now);
        countAnswered();
    }

    /** A call failed, after so long without an answer. */
    final void failedUnanswered(long nanos, long now) {
        noteWhatIsUsual();
        if (nanos > latencyNanos() && answers() > 0) {
            sample(nanos, now);
        }
    }

    /** Whether this is far more than it usually takes. */
    final boolean isSlow(long nanos) {
        return latency > 0 && nanos > SPIKE * latency;
    }

    final void failed(long now) {
        noteWhatIsUsual();
        double kept = kept(now);
        double before = hasFailures() ? outcomes * kept : Math.min(answers(), REMEMBERED_ANSWERS);
        OUTCOMES.setOpaque(this, before + 1);
        FAILURES.setOpaque(this, failures * kept + 1);
        LAST_OUTCOME.setOpaque(this, now);
        LAST_FAILURE.setOpaque(this, now);
        markFailing();
    }

    private void noteWhatIsUsual() {
        if (isUsual()) {
            usual = latency;
            usualAnswers = answers();
        }
    }

    /** Whether the latency is that of answers. */
    private boolean isUsual() {
        return failures == 0 && answers() != usualAnswers;
    }

    /** Whether a call that was given up after so long was not given the time that an answer takes. */
    final boolean isTooSoon(long nanos) {
        long expected = isUsual() ? latency : usual;
        return nanos < (expected == 0 ? TOO_SOON : expected);
    }

    private boolean hasFailures() {
        return failures > 0;
    }

    /** A call succeeded: ends the row of failures, if there is one, and counts those that are not forgotten less. */
    final void mend(long now) {
        double kept = kept(now);
        double left = failures * kept;
        boolean forgotten = left < NO_FAILURES;
        OUTCOMES.setOpaque(this, forgotten ? 0.0 : outcomes * kept + 1);
        FAILURES.setOpaque(this, forgotten ? 0.0 : left);
        LAST_OUTCOME.setOpaque(this, now);
        endFailuresInARow();
        if (forgotten) {
            unmarkFailing();
            if (hasFailures() || failureRun() != FailureRun.NONE) {
                markFailing();
            }
        }
    }

    /** The failures so far do not count any more. */
    void forgive() {
        endFailuresInARow();
        FAILURES.setOpaque(this, 0.0);
        OUTCOMES.setOpaque(this, 0.0);
    }

    /** In nanoseconds; 0 before the first sample, else at least 1. */
    public final long latencyNanos() {
        return latency;
    }

    /** When the average last learned. */
    public final long lastAnswerNanos() {
        return lastAnswer;
    }

    public final long lastFailureNanos() {
        return lastFailure;
    }

    /** The share of the calls of late that failed, from 0 to less than 1. */
    public final double failureShare(long now) {
        double known = failures;
        if (known == 0) {
            return 0;
        }
        double kept = kept(now);
        double all = outcomes * kept + ASSUMED_SUCCESSES;
        return Math.min(known * kept, all - 1) / all; // failures and outcomes may be torn
    }

    private void sample(long nanos, long now) {
        long known = latency;
        long sample = Math.max(1, Math.min(nanos, MAX_LATENCY));
        LATENCY.setOpaque(this, known == 0 ? sample : known + change(sample, known, Math.max(0, now - lastAnswer)));
        LAST_ANSWER.setOpaque(this, now);
    }

    /** Nearly always by whole numbers alone: the next pick of a busy caller waits for it. */
    private static long change(long sample, long known, long sinceLast) {
        boolean spike = sample > SPIKE * known;
        if (sinceLast < SHORT && !spike) {
            return (sample - known) / MIN_SHARE_OF;
        }
        double share = Math.max(1 - decay(sinceLast / LATENCY_TAU), spike ? SPIKE_SHARE : MIN_SHARE);
        return (long) (share * (sample - known));
    }

    private double kept(long now) {
        return decay(Math.max(0, now - lastOutcome) / FAILURE_TAU);
    }

    /** About e to the power of -x, by two terms of its inverse: monotonous, off by less than 0.07, and cheap. */
    private static double decay(double x) {
        return 1 / (1 + x + x * x / 2);
    }
}
