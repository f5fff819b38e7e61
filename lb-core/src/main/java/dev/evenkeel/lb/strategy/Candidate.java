package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import java.util.Optional;

/**
 * An instance that may be picked now, with its live load. Implemented by the library. All figures move while they are
 * looked at: read each once into a local variable before comparing.
 */
public interface Candidate {

    /** Who it is. */
    ServiceInstance instance();

    /** The share of traffic it should get relative to the others: finite and more than zero. */
    double weight();

    /** How many calls of this balancer it has in flight. */
    int inFlight();

    /** Its average time to answer in nanoseconds, as this balancer has seen it; 0 before the first answer. */
    long latencyNanos();

    /** When its average time to answer last changed, by the clock of the balancer; says nothing before the first answer. */
    long lastAnswerNanos();

    /** When this balancer last picked it, by its clock; before the first pick, when it joined. */
    long lastPickNanos();

    /**
     * How long it has kept a call waiting for an answer: no longer than the oldest of those that are waiting now, and
     * not much shorter. 0 when none is. A call that has been {@linkplain dev.evenkeel.lb.Lease#answered() answered}
     * waits no more, however long its body is.
     */
    long waitingNanos(long now);

    /** The share of its calls of late, a matter of ten seconds, that failed: from 0 to less than 1. */
    double failureShare(long now);

    /** How many of its calls have failed since the last success. May miss one when several end at the same moment. */
    int failuresInARow();

    /** When a call last failed, by the clock of the balancer; says nothing before the first failure. */
    long lastFailureNanos();

    /**
     * With how many calls at once it should be trusted while little is known of it: 1, 2 and 4 until it has given three
     * answers, then {@link Integer#MAX_VALUE}, which is also what instances begin with that join an
     * empty pool.
     */
    int callsOnProbation();

    /** What it last said of its own load, to this balancer, and when; empty if it never did. Reading allocates nothing. */
    Optional<ReceivedReport> lastReport();

    /**
     * Whether a call would be admitted here now: not avoided by the request, carrying the metadata that it requires,
     * below its limit. For strategies with a second preference of their own.
     */
    boolean admits(PickRequest request);
}
