package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.random.RandomGenerator;

/** Two different ones at random, the less loaded of them; if they are equal, each is as likely as it is heavy. */
final class PowerOfTwoChoices implements Selector {

    private final Candidate[] candidates;
    private final RandomGenerator random;
    private final boolean equalWeights;

    PowerOfTwoChoices(Candidates list) {
        candidates = new Candidate[list.size()];
        double[] weights = new double[list.size()];
        for (int i = 0; i < candidates.length; i++) {
            candidates[i] = list.get(i);
            weights[i] = candidates[i].weight();
        }
        random = list.random();
        equalWeights = Strides.areEqual(weights);
    }

    @Override
    public Candidate select(PickRequest request) {
        int n = candidates.length;
        if (n == 1) {
            return candidates[0];
        }
        int first = random.nextInt(n);
        int second = random.nextInt(n - 1);
        if (second >= first) {
            second++;
        }
        Candidate one = candidates[first];
        Candidate other = candidates[second];
        boolean otherIsBetter = isBetter(other, one);
        Candidate better = otherIsBetter ? other : one;
        Candidate worse = otherIsBetter ? one : other;
        return better.admits(request) || !worse.admits(request) ? better : worse;
    }

    private boolean isBetter(Candidate candidate, Candidate other) {
        double load = Load.of(candidate);
        double otherLoad = Load.of(other);
        if (load != otherLoad || equalWeights) { // of equals the first drawn, which is random enough
            return load < otherLoad;
        }
        double weight = candidate.weight();
        return random.nextDouble() * (weight + other.weight()) < weight;
    }
}
