package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A key goes where the {@link MaglevTable} says. If that one is too busy, see {@link LoadBound}, or does not admit the call,
 * the key goes on in its {@link Rendezvous} order over the others.
 */
final class StickyKeyTable implements Selector {

    /** By id, so that all who have the same list have the same table. */
    private final Candidate[] candidates;

    private final Selector fallback;
    private final SipHash hash;
    private final MaglevTable table;
    private final Rendezvous order;
    private final LoadBound bound;

    /** The calls in flight of all candidates. */
    private final LongSupplier total;

    StickyKeyTable(Candidates list, LoadBalancingStrategy fallback, StickyConfig config) {
        this.hash = config.hash();
        this.candidates = Copies.candidates(list);
        Arrays.sort(
                candidates,
                Comparator.comparing(candidate -> candidate.instance().id()));
        long[] ids = Copies.idHashes(candidates, hash);
        double[] weights = Copies.weights(candidates);
        StickyKeyTable previous = list.previousSelector().orElse(null) instanceof StickyKeyTable sticky ? sticky : null;
        this.table =
                previous != null && previous.table.isFor(ids, weights) ? previous.table : MaglevTable.of(ids, weights);
        this.bound = new LoadBound(config.maxLoad(), weights);
        this.order = new Rendezvous(candidates, ids, weights, bound);
        this.total = bound.isFinite() ? list.inFlight() : () -> 0;
        this.fallback = fallback.newSelector(
                new FallbackCandidates(list, Optional.ofNullable(previous).map(sticky -> sticky.fallback)));
    }

    @Override
    public @Nullable Candidate select(PickRequest request) {
        Optional<String> key = request.stickyKey();
        if (key.isEmpty()) {
            return fallback.select(request);
        }
        long keyHash = hash.hash(key.get());
        int first = table.place(keyHash);
        long inFlightOfAll = total.getAsLong();
        return bound.allows(first, candidates[first].inFlight(), inFlightOfAll) && candidates[first].admits(request)
                ? candidates[first]
                : order.next(keyHash, first, inFlightOfAll, request);
    }

    @Override
    public String toString() {
        return "sticky by table over " + Arrays.toString(candidates);
    }
}
