package dev.evenkeel.lb;

import dev.evenkeel.lb.admission.AnswerTimes;
import dev.evenkeel.lb.admission.Purse;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;

/**
 * What the calls of a service have in common, for what makes several attempts of one, as
 * {@link dev.evenkeel.lb.call.BalancedCall} does. Safe for concurrent use; also after the balancer is closed, so that calls in
 * flight come to their end.
 */
public interface CallContext {

    /** The balancer's clock. */
    Ticker ticker();

    /** Where time-outs and pauses of calls wait. Tasks are short, and hand on what may not be. */
    Scheduler scheduler();

    /** Where that is handed on to. */
    Executor executor();

    /**
     * Runs the task after this time, on the executor, as what it leads to may take long; on the scheduler's thread if the executor
     * takes nothing, or has no thread, as calls in flight go on.
     *
     * @throws RejectedExecutionException if the scheduler has been shut down
     */
    default Cancellable later(Runnable task, Duration delay) {
        return scheduler()
                .schedule(
                        () -> {
                            try {
                                executor().execute(task);
                            } catch (RejectedExecutionException | OutOfMemoryError noThread) {
                                task.run();
                            }
                        },
                        delay);
    }

    /** The balancer's randomness. */
    RandomGenerator random();

    /** What pays for the attempts beyond the first ones of calls. */
    Purse purse();

    /** How long answers take, if anybody records it. */
    AnswerTimes answerTimes();

    /** How many instances the request may go to, well or not, those it avoids included. O(n). */
    int instances(PickRequest request);

    /** Whether one of them, but for those it avoids, could be picked now. O(n). */
    boolean hasOther(PickRequest request);

    /** Whether a {@link dev.evenkeel.lb.request.StickySession} with the instance of this id goes on there. O(1). */
    boolean keepsSession(String instanceId);

    /**
     * The average time that the fastest instance takes to answer that can be picked; zero if there is one of which it is not
     * known. O(n).
     */
    Duration leastLatency();
}
