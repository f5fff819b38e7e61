package dev.evenkeel.lb;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many calls an instance may have in flight to be given another one of a session, so that a session that floods does not
 * drown its instance: as a multiple of what it would have if all had the same for their weight, as with sticky keys. What is
 * more goes where the strategy says. Immutable.
 */
final class SessionLoad {

    /** Calls for each call in flight, and for each unit of weight. */
    private final double share;

    /** Of those without a weight, which keep the sessions that they have. */
    private final double meanWeight;

    private final LongSupplier inFlight;

    private SessionLoad(double share, double meanWeight, LongSupplier inFlight) {
        this.share = share;
        this.meanWeight = meanWeight;
        this.inFlight = inFlight;
    }

    /**
     * The bound among these, which get the calls of a pool; null for none.
     *
     * @param maxLoad infinite for none
     */
    static @Nullable SessionLoad of(double maxLoad, Node[] nodes, InFlightTotal inFlight) {
        if (Double.isInfinite(maxLoad) || nodes.length == 0) {
            return null;
        }
        double meanWeight = 0; // not the sum, which may overflow
        for (Node node : nodes) {
            meanWeight += node.weight() / nodes.length;
        }
        return new SessionLoad(maxLoad / nodes.length / meanWeight, meanWeight, inFlight.count(nodes));
    }

    /** Whether one more call keeps the instance within the bound. */
    boolean allows(Node node) {
        int before = node.inFlight();
        if (before == 0) {
            return true;
        }
        double weight = node.state().weight() > 0 ? node.weight() : meanWeight;
        return before < share * weight * (inFlight.getAsLong() + 1);
    }
}
