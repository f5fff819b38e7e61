package dev.evenkeel.lb.strategy;

/**
 * How busy a candidate is for its weight. Idle ones are equal, whatever their weights: ties are broken in proportion to
 * weights, so that calls which come one at a time follow the weights, too.
 */
final class Load {

    private Load() {}

    /** Read once, then compare. */
    static double of(Candidate candidate) {
        return candidate.inFlight() / candidate.weight();
    }
}
