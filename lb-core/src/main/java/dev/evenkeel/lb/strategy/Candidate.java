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

    /** What it last said of its own load, to this balancer, and when; empty if it never did. Reading allocates nothing. */
    Optional<ReceivedReport> lastReport();

    /**
     * Whether a call would be admitted here now: not avoided by the request, carrying the metadata that it requires,
     * below its limit. For strategies with a second preference of their own.
     */
    boolean admits(PickRequest request);
}
