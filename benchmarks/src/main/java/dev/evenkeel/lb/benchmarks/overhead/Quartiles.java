package dev.evenkeel.lb.benchmarks.overhead;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle of some numbers, and how far they are apart. */
record Quartiles(double first, double median, double third) {

    static <T> Quartiles of(List<T> things, ToDoubleFunction<T> measure) {
        return of(things.stream().map(measure::applyAsDouble).toList());
    }

    static Quartiles of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return new Quartiles(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
    }

    /** Between two of them, in proportion. */
    private static double at(List<Double> sorted, double share) {
        double position = share * (sorted.size() - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (position - below) * (sorted.get(above) - sorted.get(below));
    }
}
