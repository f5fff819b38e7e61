package dev.evenkeel.lb.strategy;

import java.util.List;

/** Weights from the whole numbers that a property generates: the generator handles lists better than arrays of doubles. */
final class Weights {

    private Weights() {}

    /** From 0.1 for 1 to 10 for 100. */
    static double[] of(List<Integer> tenths) {
        return tenths.stream().mapToDouble(tenth -> tenth / 10.0).toArray();
    }
}
