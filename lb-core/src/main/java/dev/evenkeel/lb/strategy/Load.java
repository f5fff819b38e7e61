package dev.evenkeel.lb.strategy;

/** How busy a candidate is for its weight. */
final class Load {

    private Load() {}

    /** The load with one more call: so a heavier one of two idle candidates comes first. Read once, then compare. */
    static double of(Candidate candidate) {
        return (candidate.inFlight() + 1.0) / candidate.weight();
    }
}
