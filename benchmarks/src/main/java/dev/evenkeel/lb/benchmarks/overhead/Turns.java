package dev.evenkeel.lb.benchmarks.overhead;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * Measures several ways in rounds: in each, all have their turn, in an order that changes, so that what disturbs disturbs them
 * alike.
 *
 * @param name of what is measured, for the progress on standard error
 * @param millis how long each way is measured in each round
 */
record Turns(String name, List<Way> ways, long millis) {

    /** So many calls of each way, at least. */
    void warmUp(int calls) throws InterruptedException, ExecutionException {
        System.err.println(name + ": warming up");
        for (int made = 0; made < calls; ) {
            int least = Integer.MAX_VALUE;
            for (Way way : ways) {
                least = Math.min(least, Slice.of(way, millis).calls());
            }
            made += least;
        }
    }

    /** What the ways cost in each round. */
    List<Map<Way, Slice>> rounds(int rounds) throws InterruptedException, ExecutionException {
        List<Map<Way, Slice>> measured = new ArrayList<>();
        List<Way> order = new ArrayList<>(ways);
        for (int round = 0; round < rounds; round++) {
            System.err.println(name + ": round " + (round + 1) + " of " + rounds);
            Map<Way, Slice> slices = new HashMap<>();
            for (Way way : order) {
                slices.put(way, Slice.of(way, millis));
            }
            measured.add(slices);
            Collections.rotate(order, 1); // so that each has each place equally often
        }
        return measured;
    }
}
