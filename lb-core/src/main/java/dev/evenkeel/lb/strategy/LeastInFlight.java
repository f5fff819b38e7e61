package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The least loaded of all. Among equals each is as likely as it is heavy (reservoir sampling), wherever it stands. */
final class LeastInFlight implements Selector {

    private final Candidate[] candidates;
    private final RandomGenerator random;

    LeastInFlight(Candidates list) {
        candidates = Copies.candidates(list);
        random = list.random();
    }

    @Override
    public Candidate select(PickRequest request) {
        Candidate least = least(request, false);
        if (least != null && least.admits(request)) {
            return least;
        }
        Candidate admitted = least(request, true);
        return admitted != null ? admitted : candidates[0];
    }

    private @Nullable Candidate least(PickRequest request, boolean admittedOnly) {
        Candidate least = null;
        double leastLoad = Double.POSITIVE_INFINITY;
        double tiedWeight = 0;
        for (Candidate candidate : candidates) {
            double load = Load.of(candidate);
            if (load > leastLoad || (admittedOnly && !candidate.admits(request))) {
                continue;
            }
            double weight = candidate.weight();
            tiedWeight = load < leastLoad ? weight : tiedWeight + weight;
            if (load < leastLoad || least == null || random.nextDouble() * tiedWeight < weight) {
                least = candidate;
                leastLoad = load;
            }
        }
        return least;
    }
}
