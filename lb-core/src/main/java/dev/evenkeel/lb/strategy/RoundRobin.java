package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the list again and again. With unequal weights every step is a visit, and a light candidate lets a share
 * of its visits pass: {@link Strides} says which.
 */
final class RoundRobin implements Selector {

    private final Candidate[] candidates;
    final Rotation rotation;

    /** Null where all weights are equal. */
    private final @Nullable Strides strides;

    RoundRobin(Candidates list) {
        candidates = Copies.candidates(list);
        double[] weights = Copies.weights(candidates);
        strides = Strides.of(weights);
        rotation = list.previousSelector().orElse(null) instanceof RoundRobin previous
                ? previous.rotation
                : new Rotation(list.random(), candidates.length);
    }

    @Override
    public Candidate select(PickRequest request) {
        return candidates[rotation.next(candidates.length, strides)];
    }
}
