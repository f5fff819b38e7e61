package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.time.Ticker;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Weighted rendezvous hashing: a key and an instance have a score, and the key goes to the instance with the highest one.
 * As a score depends on nothing else, the other instances coming and going does not change the order of the rest.
 *
 * <pre>
 * u     = hash of (key, id) as a number in (0, 1)
 * score = weight / -ln(u)          with equal weights simply u
 * </pre>
 */
final class StickyKey implements Selector {

    private final Candidate[] candidates;
    private final Selector fallback;
    private final SipHash hash;

    /** Hashes of the ids. */
    private final long[] ids;

    private final boolean equalWeights;

    StickyKey(Candidates list, LoadBalancingStrategy fallback, SipHash hash) {
        this.candidates = new Candidate[list.size()];
        this.ids = new long[list.size()];
        double[] weights = new double[list.size()];
        for (int i = 0; i < candidates.length; i++) {
            candidates[i] = list.get(i);
            ids[i] = hash.hash(candidates[i].instance().id());
            weights[i] = candidates[i].weight();
        }
        this.hash = hash;
        this.equalWeights = Strides.areEqual(weights);
        this.fallback = fallback.newSelector(new FallbackCandidates(list));
    }

    @Override
    public @Nullable Candidate select(PickRequest request) {
        Optional<String> key = request.stickyKey();
        if (key.isEmpty()) {
            return fallback.select(request);
        }
        long keyHash = hash.hash(key.get());
        Candidate first = highest(keyHash, request, false);
        if (first != null && first.admits(request)) {
            return first;
        }
        Candidate admitted = highest(keyHash, request, true);
        return admitted != null ? admitted : first;
    }

    private @Nullable Candidate highest(long keyHash, PickRequest request, boolean admittedOnly) {
        Candidate highest = null;
        double highestScore = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.length; i++) {
            double score = score(keyHash, i);
            if (score > highestScore && (!admittedOnly || candidates[i].admits(request))) {
                highest = candidates[i];
                highestScore = score;
            }
        }
        return highest;
    }

    private double score(long keyHash, int place) {
        long bits = mix(keyHash ^ ids[place]) >>> 12;
        double uniform = (bits + 0.5) * 0x1p-52; // never 0 and never 1
        return equalWeights ? uniform : candidates[place].weight() / -Math.log(uniform);
    }

    /** Spreads the difference of two hashes over all bits (the finalizer of MurmurHash3, Appleby 2011). */
    private static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    @Override
    public String toString() {
        return "sticky over " + Arrays.toString(candidates);
    }

    /** The same candidates for the fallback, with the fallback's own previous selector. */
    private record FallbackCandidates(Candidates all) implements Candidates {

        @Override
        public int size() {
            return all.size();
        }

        @Override
        public Candidate get(int index) {
            return all.get(index);
        }

        @Override
        public Ticker ticker() {
            return all.ticker();
        }

        @Override
        public RandomGenerator random() {
            return all.random();
        }

        @Override
        public Optional<Selector> previousSelector() {
            return all.previousSelector()
                    .map(previous -> previous instanceof StickyKey sticky ? sticky.fallback : null);
        }
    }
}
