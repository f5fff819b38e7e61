package dev.evenkeel.lb.benchmarks;

import dev.evenkeel.lb.benchmarks.Measurement.Statistic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What has been measured: for each measurement one result of each round. Not safe for concurrent use. */
final class Results {

    private final Map<Measurement, List<Result>> results = new HashMap<>();

    void add(Measurement measurement, Result result) {
        results.computeIfAbsent(measurement, first -> new ArrayList<>()).add(result);
    }

    List<Result> of(Measurement measurement) {
        List<Result> rounds = results.get(measurement);
        if (rounds == null) {
            throw new IllegalStateException(measurement + ": not measured (expected: a benchmark of that name)");
        }
        return rounds;
    }

    double median(Measurement measurement, ToDoubleFunction<Result> number) {
        return median(of(measurement).stream().mapToDouble(number).boxed().toList());
    }

    /** How much longer than the processor time the calls took, as a median over all that was taken of processor time. */
    double disturbance() {
        List<Double> quotients = new ArrayList<>();
        results.forEach((measurement, rounds) -> {
            if (measurement.statistic() == Statistic.PROCESSOR_TIME) {
                rounds.forEach(round -> quotients.add(round.elapsedNanos() / round.nanos()));
            }
        });
        return quotients.isEmpty() ? Double.NaN : median(quotients);
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
