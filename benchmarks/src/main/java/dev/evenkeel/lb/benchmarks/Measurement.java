package dev.evenkeel.lb.benchmarks;

import java.util.Map;

/**
 * One number to be measured: a benchmark under one set of conditions.
 *
 * @param group what is measured next to each other in time, as it is compared
 * @param benchmark class and method, as JMH names it
 * @param n how many instances
 * @param threads how many at once
 * @param parameters what else the benchmark is told
 * @param statistic what is taken as the number
 */
public record Measurement(
        String group, String benchmark, int n, int threads, Map<String, String> parameters, Statistic statistic) {

    /** What is taken of the measurements of one JVM. */
    public enum Statistic {
        /** Processor time in the best iteration, as disturbances only add: for what takes nanoseconds. */
        PROCESSOR_TIME,
        /** The median of elapsed times, each call timed: for what takes microseconds. */
        MEDIAN_CALL,
        /** The same for the slowest call of a thousand. */
        P99_9_CALL
    }

    /** The processor time of this benchmark, which needs to be told nothing but n. */
    public static Measurement of(String group, Class<?> benchmarks, String method, int n, int threads) {
        return new Measurement(
                group, benchmarks.getName() + "." + method, n, threads, Map.of(), Statistic.PROCESSOR_TIME);
    }

    Measurement with(String parameter, String value) {
        return new Measurement(group, benchmark, n, threads, Map.of(parameter, value), statistic);
    }

    Measurement with(Statistic other) {
        return new Measurement(group, benchmark, n, threads, parameters, other);
    }

    @Override
    public String toString() {
        return benchmark.replaceAll(".*\\.(?=\\w+\\.\\w+$)", "") + " n=" + n + " threads=" + threads
                + (parameters.isEmpty() ? "" : " " + parameters);
    }
}
