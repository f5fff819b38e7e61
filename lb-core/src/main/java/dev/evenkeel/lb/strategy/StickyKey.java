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

    StickyKey(Candidates list, LoadBalancingStrategy fallback, StickyConfig config) {
        this.hash = config.hash();
        this.candidates = Copies.candidates(list);
        double[] weights = Copies.weights(candidates);
        LoadBound bound = new LoadBound(config.maxLoad(), weights);
        this.order = new Rendezvous(candidates, Copies.idHashes(candidates, hash), weights, bound, bound.total(list));
        this.fallback = fallback.newSelector(new FallbackCandidates(
                list,
                list.previousSelector()
                        .map(previous -> previous instanceof StickyKey sticky ? sticky.fallback : null)));
    }

    @Override
    public @Nullable Candidate select(PickRequest request) {
        Optional<String> key = request.stickyKey();
        return key.isPresent() ? select(key.get(), request) : fallback.select(request);
    }

    @Override
    public @Nullable Candidate select(PickRequest request, long now) {
        Optional<String> key = request.stickyKey();
        return key.isPresent() ? select(key.get(), request) : fallback.select(request, now);
    }

    private @Nullable Candidate select(String key, PickRequest request) {
        long keyHash = hash.hash(key);
        return order.select(keyHash, order.first(keyHash), request);
    }

    @Override
    public String toString() {
        return "sticky over " + Arrays.toString(candidates);
    }
}
