package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Counts what a selector answers. */
final class Counting {

    private Counting() {}

    /** How often each candidate is selected in so many picks, by its place. */
    static int[] picks(Candidates candidates, Selector selector, int picks) {
        Map<Candidate, Integer> places = new HashMap<>();
        for (int i = 0; i < candidates.size(); i++) {
            places.put(candidates.get(i), i);
        }
        int[] counts = new int[candidates.size()];
        for (int i = 0; i < picks; i++) {
            counts[Objects.requireNonNull(places.get(selector.select(PickRequest.EMPTY)))]++;
        }
        return counts;
    }
}
