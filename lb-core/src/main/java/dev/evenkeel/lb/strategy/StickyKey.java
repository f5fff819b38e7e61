package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A key goes to the first one of its {@link Rendezvous} order that is not too busy, see {@link LoadBound}. */
final class StickyKey implements Selector {

    private final Candidate[] candidates;
    private final Selector fallback;
    private final SipHash hash;
    private final Rendezvous order;
    private final LoadBound bound;

    StickyKey(Candidates list, LoadBalancingStrategy fallback, StickyConfig config) {
        this.hash = config.hash();
        this.candidates = Copies.candidates(list);
        double[] weights = Copies.weights(candidates);
        this.bound = new LoadBound(config.maxLoad(), weights);
        this.order = new Rendezvous(candidates, Copies.idHashes(candidates, hash), weights, bound);
        this.fallback = fallback.newSelector(new FallbackCandidates(
                list,
                list.previousSelector()
                        .map(previous -> previous instanceof StickyKey sticky ? sticky.fallback : null)));
    }

    @Override
    public @Nullable Candidate select(PickRequest request) {
        Optional<String> key = request.stickyKey();
        if (key.isEmpty()) {
            return fallback.select(request);
        }
        long keyHash = hash.hash(key.get());
        boolean bounded = bound.isFinite();
        long total = 0;
        int first = 0;
        int firstInFlight = 0;
        double firstScore = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.length; i++) {
            int inFlight = bounded ? candidates[i].inFlight() : 0;
            total += inFlight;
            double score = order.score(keyHash, i);
            if (score > firstScore) {
                first = i;
                firstScore = score;
                firstInFlight = inFlight;
            }
        }
        return bound.allows(first, firstInFlight, total) && candidates[first].admits(request)
                ? candidates[first]
                : order.next(keyHash, first, total, request);
    }

    @Override
    public String toString() {
        return "sticky over " + Arrays.toString(candidates);
    }
}
