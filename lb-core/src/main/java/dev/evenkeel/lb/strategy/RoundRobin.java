package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the list again and again. With unequal weights every step is a visit, and a light candidate lets a share
 * of its visits pass: {@link Strides} says which.
 *
 * <p>The position is shared by successive selectors, so that a change of the list does not send everybody back to the
 * first place; it starts at random for the same reason.
 */
final class RoundRobin implements Selector {

    private final Candidate[] candidates;
    private final AtomicLong position;

    /** Null where all weights are equal. */
    private final @Nullable Strides strides;

    RoundRobin(Candidates list) {
        candidates = new Candidate[list.size()];
        double[] weights = new double[list.size()];
        for (int i = 0; i < candidates.length; i++) {
            candidates[i] = list.get(i);
            weights[i] = candidates[i].weight();
        }
        strides = Strides.areEqual(weights) ? null : new Strides(weights);
        position = list.previousSelector().orElse(null) instanceof RoundRobin previous
                ? previous.position
                : new AtomicLong(list.random().nextLong());
    }

    @Override
    public Candidate select(PickRequest request) {
        if (strides == null) {
            return candidates[(int) Long.remainderUnsigned(position.getAndIncrement(), candidates.length)];
        }
        while (true) {
            long visit = position.getAndIncrement();
            int place = (int) Long.remainderUnsigned(visit, candidates.length);
            if (strides.isTaken(place, Long.divideUnsigned(visit, candidates.length))) {
                return candidates[place];
            }
        }
    }
}
