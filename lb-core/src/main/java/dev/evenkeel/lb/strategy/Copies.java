package dev.evenkeel.lb.strategy;

/** Arrays of what a list of candidates holds: a selection walks through an array faster than through an interface. */
final class Copies {

    private Copies() {}

    static Candidate[] candidates(Candidates list) {
        Candidate[] candidates = new Candidate[list.size()];
        for (int i = 0; i < candidates.length; i++) {
            candidates[i] = list.get(i);
        }
        return candidates;
    }

    /** Whether all have the same weight. */
    static boolean haveEqualWeights(Candidate[] candidates) {
        double first = candidates[0].weight();
        for (Candidate candidate : candidates) {
            if (candidate.weight() != first) {
                return false;
            }
        }
        return true;
    }

    static double[] weights(Candidate[] candidates) {
        double[] weights = new double[candidates.length];
        for (int i = 0; i < candidates.length; i++) {
            weights[i] = candidates[i].weight();
        }
        return weights;
    }

    /** The hashes of the ids. */
    static long[] idHashes(Candidate[] candidates, SipHash hash) {
        long[] hashes = new long[candidates.length];
        for (int i = 0; i < candidates.length; i++) {
            hashes[i] = hash.hash(candidates[i].instance().id());
        }
        return hashes;
    }
}
