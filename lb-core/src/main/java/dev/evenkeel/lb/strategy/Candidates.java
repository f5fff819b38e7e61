package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.time.Ticker;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
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

    /**
     * The calls in flight of all candidates together, for selectors that need it without adding it up at every pick. To be
     * asked for in {@code newSelector}; the balancer counts it from then on, and the supplier may be read at any time.
     * It is right when nothing moves, and is off by no more than the calls that begin and end while it is read. It always
     * speaks of the newest list of candidates. Where calls are shared out among zones or priorities, reading it takes a look at
     * each candidate.
     *
     * @throws IllegalStateException if it is asked for later
     */
    LongSupplier inFlight();

    /**
     * For work that takes longer than the making of a selector should, such as the building of a table: newSelector answers
     * at once, and the selector is better once the work is done. Threads that the balancer also uses for listeners, so not
     * for anything that waits. What has not begun when the balancer is closed never runs; what is thrown is logged. In a
     * test it may be {@code Runnable::run}, so do not rely on the work being done later.
     */
    Executor executor();

    /** The selector that this one replaces, to take over state from. Empty the first time and after a fault. */
    Optional<Selector> previousSelector();
}
