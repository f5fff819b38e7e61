package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.random.RandomGenerator;

/** Two different ones at random, the less loaded of them; the first drawn if they are equal, which is random enough. */
final class PowerOfTwoChoices implements Selector {

    private final Candidate[] candidates;
    private final RandomGenerator random;

    PowerOfTwoChoices(Candidates list) {
        candidates = new Candidate[list.size()];
        for (int i = 0; i < candidates.length; i++) {
            candidates[i] = list.get(i);
        }
        random = list.random();
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
        boolean otherIsBetter = Load.of(other) < Load.of(one);
        Candidate better = otherIsBetter ? other : one;
        Candidate worse = otherIsBetter ? one : other;
        return better.admits(request) || !worse.admits(request) ? better : worse;
    }
}
