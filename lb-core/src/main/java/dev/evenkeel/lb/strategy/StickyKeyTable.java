package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key goes where the {@link MaglevTable} says. If that one is too busy, see {@link LoadBound}, or does not admit the call,
 * the key goes on in its {@link Rendezvous} order over the others.
 *
 * <p>A table takes time to build, so the one before goes on being used until it is there. What that does not know, because
 * the instance of the key has left or because there is none before, goes by rendezvous.
 */
final class StickyKeyTable implements Selector {

    /** By id, so that all who have the same list have the same table. */
    private final Candidate[] candidates;

    private final long[] ids;
    private final double[] weights;
    private final Selector fallback;
    private final SipHash hash;
    private final Rendezvous order;
    private final TableBuilds builds;

    /** Null before the first one; replaced once, by the one that is for these candidates. */
    private volatile @Nullable KeyTable table;

    private StickyKeyTable(
            Candidates list, LoadBalancingStrategy fallback, StickyConfig config, @Nullable StickyKeyTable previous) {
        this.hash = config.hash();
        this.candidates = Copies.candidates(list);
        Arrays.sort(
                candidates,
                Comparator.comparing(candidate -> candidate.instance().id()));
        this.ids = Copies.idHashes(candidates, hash);
        this.weights = Copies.weights(candidates);
        LoadBound bound = new LoadBound(config.maxLoad(), weights);
        this.order = new Rendezvous(candidates, ids, weights, bound, bound.total(list));
        this.fallback = fallback.newSelector(
                new FallbackCandidates(list, Optional.ofNullable(previous).map(sticky -> sticky.fallback)));
        this.builds = previous == null ? new TableBuilds() : previous.builds;
        this.table = firstTable(previous);
    }

    static StickyKeyTable of(Candidates list, LoadBalancingStrategy fallback, StickyConfig config) {
        StickyKeyTable previous = list.previousSelector().orElse(null) instanceof StickyKeyTable sticky ? sticky : null;
        StickyKeyTable selector = new StickyKeyTable(list, fallback, config, previous);
        selector.builds.want(selector::buildTable, list.executor());
        return selector;
    }

    /** Until its own is built. The very first, if small, is built at once, for the first keys to go where they will stay. */
    private @Nullable KeyTable firstTable(@Nullable StickyKeyTable previous) {
        KeyTable before = previous == null ? null : previous.table;
        if (before != null) {
            return before.in(ids, weights);
        }
        return MaglevTable.isSmall(ids.length) ? KeyTable.of(ids, weights) : null;
    }

    /** On a thread that has time. */
    void buildTable() {
        KeyTable current = table;
        if (current == null || !current.isNewest()) {
            table = KeyTable.of(ids, weights);
        }
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
        KeyTable current = table;
        int known = current == null ? -1 : current.place(keyHash);
        return order.select(keyHash, known >= 0 ? known : order.first(keyHash), request);
    }

    @Override
    public String toString() {
        return "sticky by table over " + Arrays.toString(candidates);
    }
}
