package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.random.RandomGenerator;

/** Two different ones at random, the less loaded of them; if they are equal, each is as likely as it is heavy. */
final class PowerOfTwoChoices implements Selector {

    private final Candidate[] candidates;
    private final RandomGenerator random;
    private final boolean equalWeights;

    PowerOfTwoChoices(Candidates list) {
        candidates = Copies.candidates(list);
        random = list.random();
        equalWeights = Copies.haveEqualWeights(candidates);
    }

    @Override
    public Candidate select(PickRequest request) {
        int n = candidates.length;
        if (n == 1) {
            return candidates[0];
        }
        long bits = random.nextLong(); // for both draws: even up to n / 2^32
        int first = (int) (((bits & 0xFFFF_FFFFL) * n) >>> 32);
        int second = (int) (((bits >>> 32) * (n - 1)) >>> 32);
        second += 1
                + ((second - first) >> 31); // one more unless it comes first: a branch would be wrong half of the time
        Candidate one = candidates[first];
        Candidate other = candidates[second];
        boolean otherIsBetter = equalWeights ? other.inFlight() < one.inFlight() : isBetter(other, one);
        Candidate better = otherIsBetter ? other : one;
        Candidate worse = otherIsBetter ? one : other;
        return better.admits(request) || !worse.admits(request) ? better : worse;
    }

    private boolean isBetter(Candidate candidate, Candidate other) {
        double load = Load.of(candidate);
        double otherLoad = Load.of(other);
        if (load != otherLoad) {
            return load < otherLoad;
        }
        double weight = candidate.weight();
        return random.nextDouble() * (weight + other.weight()) < weight;
    }
}
