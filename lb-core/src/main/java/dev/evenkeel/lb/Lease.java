package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.request.Outcome;
import java.time.Duration;

/**
 * One pick in flight. The instance counts the call from the pick to the end, which is the first of {@link #succeeded},
 * {@link #end} and {@link #close}; later ones do nothing. Safe for concurrent use.
 *
 * <p>A lease that is never ended stays in flight, and makes its instance look busy: use try-with-resources, or end it in
 * every path. Of leases that are dropped without being ended, the balancer finds one in 128, and all after the first: it
 * ends them once the garbage collector has found them, warns in the log, and counts them in
 * {@link dev.evenkeel.lb.observe.InstanceSnapshot#leaked() the snapshot}.
 *
 * <pre>{@code
 * try (Lease lease = orders.acquire()) {
 *     talkTo(lease.instance().address());
 *     lease.succeeded();
 * }
 * }</pre>
 */
public interface Lease extends AutoCloseable {

    /** The instance to call. */
    ServiceInstance instance();

    /** Whether it was picked when too few instances were well, so that others were used, too. */
    boolean isFailOpen();

    /**
     * The instance has begun to answer: the time since the pick is its latency. For calls whose end says nothing of the
     * instance's speed, such as streams. Without it, a success takes the time at the end. It also shows that the instance can be
     * reached, which ends a row of calls that did not reach it. Counts once.
     */
    void answered();

    /**
     * For how long this process did not run lately, in a pause during this call; zero if there was none, as far as anybody
     * noticed. A time-out because of it is not held against the instance. To be asked when a call has failed.
     */
    Duration paused();

    /**
     * The instance has said how loaded it is, as servers do in the response header of
     * {@link dev.evenkeel.lb.call.OrcaHeader}. Strategies may use the newest report, see
     * {@link dev.evenkeel.lb.strategy.Strategies#weightedByReport()}. Any number of times, also after the end.
     */
    void report(LoadReport report);

    /** Ends the call as a success. */
    default void succeeded() {
        end(Outcome.success());
    }

    /** Ends the call, and says how it went. */
    void end(Outcome outcome);

    /** Ends the call without saying how it went, if it has not ended yet: nothing is learned, and it is counted. */
    @Override
    void close();
}
