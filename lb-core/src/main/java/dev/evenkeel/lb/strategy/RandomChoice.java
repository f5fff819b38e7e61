package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Draws one, in proportion to the weights. */
final class RandomChoice implements Selector {

    private final Candidate[] candidates;
    private final RandomGenerator random;

    /** Null where all weights are equal. */
    private final @Nullable AliasTable table;

    RandomChoice(Candidates list) {
        candidates = Copies.candidates(list);
        double[] weights = Copies.weights(candidates);
        random = list.random();
        table = Strides.areEqual(weights) ? null : new AliasTable(weights);
    }

    @Override
    public Candidate select(PickRequest request) {
        return candidates[table == null ? random.nextInt(candidates.length) : table.draw(random)];
    }
}
