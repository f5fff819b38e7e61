package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.function.LongSupplier;

/**
 * The order that each key has over all candidates, by weighted rendezvous hashing: a key and an instance have a score, and
 * the highest one comes first. As a score depends on nothing else, the other instances coming and going does not change
 * the order of the rest.
 *
 * <pre>
 * u     = hash of (key, id) as a number in (0, 1)
 * score = weight / -ln(u)          with equal weights simply u
 * </pre>
 */
final class Rendezvous {

    private final Candidate[] candidates;

    /** Hashes of the ids. */
    private final long[] ids;

    private final double[] weights;
    private final boolean equalWeights;
    private final LoadBound bound;

    /** The calls in flight of all candidates. */
    private final LongSupplier total;

    Rendezvous(Candidate[] candidates, long[] ids, double[] weights, LoadBound bound, LongSupplier total) {
        this.candidates = candidates;
        this.ids = ids;
        this.weights = weights;
        this.equalWeights = Strides.areEqual(weights);
        this.bound = bound;
        this.total = total;
    }

    /** Who comes first in the key's order. */
    int first(long keyHash) {
        return equalWeights ? firstOfEquals(keyHash) : firstByWeight(keyHash);
    }

    /** Compares the bits, which are in the same order as the scores. */
    private int firstOfEquals(long keyHash) {
        int first = 0;
        long firstBits = -1;
        for (int i = 0; i < ids.length; i++) {
            long bits = bits(keyHash, ids[i]);
            if (bits > firstBits) {
                first = i;
                firstBits = bits;
            }
        }
        return first;
    }

    private int firstByWeight(long keyHash) {
        int first = 0;
        double firstScore = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < ids.length; i++) {
            double score = score(keyHash, i);
            if (score > firstScore) {
                first = i;
                firstScore = score;
            }
        }
        return first;
    }

    private double score(long keyHash, int place) {
        double uniform = (bits(keyHash, ids[place]) + 0.5) * 0x1p-52; // never 0 and never 1
        return equalWeights ? uniform : weights[place] / -Math.log(uniform);
    }

    private static long bits(long keyHash, long id) {
        return mix(keyHash ^ id) >>> 12;
    }

    /**
     * Where a call goes: to the first choice, if that admits it and is within its bound, else on in the key's order. How
     * many calls there are in all matters only where the first choice has some.
     */
    Candidate select(long keyHash, int first, PickRequest request) {
        Candidate candidate = candidates[first];
        int inFlight = candidate.inFlight();
        boolean allowed = inFlight == 0 || bound.allows(first, inFlight, total.getAsLong());
        return allowed && candidate.admits(request) ? candidate : next(keyHash, first, request);
    }

    /**
     * Where a call goes that cannot stay with its first choice: to the next one in the key's order that admits it and is
     * within its bound. If there is none, the bound does not count: then to the first one that admits it, if any does.
     */
    private Candidate next(long keyHash, int first, PickRequest request) {
        long inFlightOfAll = total.getAsLong();
        Candidate next = null;
        double nextScore = Double.NEGATIVE_INFINITY;
        Candidate unbounded = null;
        double unboundedScore = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.length; i++) {
            double score = i == first ? Double.NEGATIVE_INFINITY : score(keyHash, i);
            boolean allowed = score > nextScore && bound.allows(i, candidates[i].inFlight(), inFlightOfAll);
            if ((allowed || score > unboundedScore) && candidates[i].admits(request)) {
                if (allowed) {
                    next = candidates[i];
                    nextScore = score;
                }
                if (score > unboundedScore) {
                    unbounded = candidates[i];
                    unboundedScore = score;
                }
            }
        }
        if (next != null) {
            return next;
        }
        return unbounded == null || candidates[first].admits(request) ? candidates[first] : unbounded;
    }

    /** Spreads the difference of two hashes over all bits (the finalizer of MurmurHash3, Appleby 2011). */
    static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
