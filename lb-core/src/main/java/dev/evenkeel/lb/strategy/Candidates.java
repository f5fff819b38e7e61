package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.time.Ticker;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The fixed, never empty list of instances that may be picked, and what a selector needs. Implemented by the library. */
public interface Candidates {

    /** How many there are; at least one. */
    int size();

    /**
     * The candidate at this place.
     *
     * @throws IndexOutOfBoundsException if there is no such place
     */
    Candidate get(int index);

    /** The clock of the balancer. */
    Ticker ticker();

    /** The randomness of the balancer; safe for concurrent use. */
    RandomGenerator random();

    /** The selector that this one replaces, to take over state from. Empty the first time and after a fault. */
    Optional<Selector> previousSelector();
}
