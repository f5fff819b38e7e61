package dev.evenkeel.lb.strategy;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * How many calls a candidate may have in flight so that none is much busier than the others for its weight (Mirrokni,
 * Thorup and Zadimoghaddam, Consistent Hashing with Bounded Loads, 2018). With one more call on top of those in flight:
 *
 * <pre>
 * bound = ceil(maxLoad * (total + 1) * weight / sum of weights)         at least 1
 * </pre>
 *
 * <p>The bounds add up to more than the total, so that somebody is always under its own. With maxLoad = 1.25, ten
 * candidates of the same weight and, before the call,
 *
 * <pre>
 * in flight in total       0    7    8   15   79
 * bound                    1    1    2    2   10
 * </pre>
 *
 * <p>Immutable.
 */
final class LoadBound {

    private final double maxLoad;

    /** What part of all weights is whose. */
    private final double[] shares;

    LoadBound(double maxLoad, double[] weights) {
        this.maxLoad = maxLoad;
        double largest = Arrays.stream(weights).max().orElseThrow();
        double sum = Arrays.stream(weights).map(weight -> weight / largest).sum(); // the weights' own may overflow
        this.shares =
                Arrays.stream(weights).map(weight -> weight / largest / sum).toArray();
    }

    /** Whether there is a bound at all. */
    boolean isFinite() {
        return !Double.isInfinite(maxLoad);
    }

    /** The calls in flight of all candidates, which are counted only where there is a bound to hold against them. */
    LongSupplier total(Candidates list) {
        return isFinite() ? list.inFlight() : () -> 0;
    }

    /** Whether one more call keeps the candidate at this place within its bound. */
    boolean allows(int place, int inFlight, long total) {
        // for whole numbers, q + 1 <= ceil(x) is q < x
        return inFlight == 0 || !isFinite() || inFlight < maxLoad * (total + 1) * shares[place];
    }
}
