package dev.evenkeel.lb.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.benchmarks.Measurement.Statistic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * Carries out measurements. In each round each of them has one JVM of its own, and those of a group follow each other, so
 * that a subject and its floor are measured within seconds: the machine may be slower in another round, and is slower
 * for both.
 */
final class Runs {

    /** A heap that the system has already handed out, as that of a program that has been running for a while. */
    private static final String[] HEAP = {"-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch"};

    /** What the allocation profiler calls the bytes of one call. */
    private static final String BYTES = "gc.alloc.rate.norm";

    private final Effort effort;
    private final Consumer<String> progress;

    Runs(Effort effort, Consumer<String> progress) {
        this.effort = effort;
        this.progress = progress;
    }

    Results of(Collection<Measurement> measurements) throws RunnerException {
        Map<List<Object>, List<Measurement>> neighbours = new LinkedHashMap<>();
        for (Measurement measurement : measurements) {
            neighbours
                    .computeIfAbsent(
                            List.of(measurement.group(), measurement.n(), measurement.threads()),
                            first -> new ArrayList<>())
                    .add(measurement);
        }
        Results results = new Results();
        for (int round = 1; round <= effort.rounds(); round++) {
            for (List<Measurement> together : neighbours.values()) {
                for (Measurement measurement : together) {
                    Result result = run(measurement);
                    progress.accept(String.format(
                            "round %d of %d: %s: %.2f ns, %.1f B",
                            round, effort.rounds(), measurement, result.nanos(), result.bytes()));
                    results.add(measurement, result);
                }
            }
        }
        return results;
    }

    private Result run(Measurement measurement) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(measurement.benchmark()) + "$")
                .param("n", String.valueOf(measurement.n()))
                .threads(measurement.threads())
                .forks(effort.isForked() ? 1 : 0)
                .jvmArgsAppend(HEAP)
                .warmupIterations(measurement.statistic() == Statistic.PROCESSOR_TIME ? 1 : 4)
                .warmupTime(TimeValue.milliseconds(effort.warmUpMillis()))
                .measurementIterations(effort.iterations())
                .measurementTime(TimeValue.milliseconds(effort.iterationMillis()))
                .addProfiler(GCProfiler.class)
                .addProfiler(ProcessorTime.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        measurement.parameters().forEach(options::param);
        RunResult result = new Runner(options.build()).runSingle();
        Statistics calls = result.getPrimaryResult().getStatistics();
        double nanos = switch (measurement.statistic()) {
            case PROCESSOR_TIME -> secondary(result, ProcessorTime.LABEL).getMin();
            case MEDIAN_CALL -> calls.getPercentile(50);
            case P99_9_CALL -> calls.getPercentile(99.9);
        };
        return new Result(nanos, calls.getMean(), secondary(result, BYTES).getPercentile(50));
    }

    private static Statistics secondary(RunResult result, String label) {
        return requireNonNull(result.getSecondaryResults().get(label), label).getStatistics();
    }
}
