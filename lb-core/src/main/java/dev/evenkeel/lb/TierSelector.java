package dev.evenkeel.lb;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.Selector;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Draws a tier for each call, and lets the selector of that choose. Calls with the same sticky key draw the same, so that a key
 * leaves its tier only when the share of that shrinks, and not more keys do than have to.
 */
final class TierSelector implements Selector {

    private final Selector[] selectors;

    /** Of each tier its share and those of the tiers before. */
    private final double[] upTo;

    private final RandomGenerator random;

    TierSelector(List<Tier> tiers, List<Selector> selectors, RandomGenerator random) {
        this.selectors = selectors.toArray(new Selector[0]);
        this.upTo = new double[tiers.size()];
        double sum = 0;
        for (int i = 0; i < upTo.length; i++) {
            sum += tiers.get(i).share;
            upTo[i] = sum;
        }
        this.random = random;
    }

    @Override
    public @Nullable Candidate select(PickRequest request) {
        return selectors[tier(request)].select(request);
    }

    @Override
    public @Nullable Candidate select(PickRequest request, long now) {
        return selectors[tier(request)].select(request, now);
    }

    private int tier(PickRequest request) {
        double place =
                request.stickyKey().isPresent() ? place(request.stickyKey().get()) : random.nextDouble();
        int last = upTo.length - 1;
        int tier = 0;
        while (tier < last && place >= upTo[tier]) {
            tier++;
        }
        return tier;
    }

    /** From 0 to less than 1, the same for the same key wherever it is asked for. */
    private static double place(String key) {
        int mixed = key.hashCode() * 0x9E37_79B9; // the hash codes of similar keys are similar numbers
        return (((mixed ^ (mixed >>> 15)) * 0x85EB_CA6B) >>> 1) * 0x1p-31;
    }
}
