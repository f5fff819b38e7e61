package dev.evenkeel.lb.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Measures what a pick costs and prints it as a table, on standard output; the progress goes to standard error.
 *
 * <pre>
 * -quick         one short round: to see that it runs
 * -rounds N      how many JVMs each number comes from; 3
 * -only REGEX    only rows whose text has a match; no blanks, a dot for each
 * -n N           only rows for this number of instances
 * </pre>
 */
public final class PickTable {

    private static final String FORMAT = "%-44s %6s %3s %11s %8s %9s %-15s %9s %9s  %s%n";

    private PickTable() {}

    public static void main(String[] arguments) throws RunnerException {
        Effort effort = Effort.FULL;
        Predicate<Row> wanted = row -> true;
        Options options = new Options(arguments, "-quick, -rounds N, -only REGEX or -n N");
        while (options.hasNext()) {
            switch (options.next()) {
                case "-quick" -> effort = Effort.QUICK;
                case "-rounds" -> effort = effort.withRounds(options.nextInt());
                case "-only" -> {
                    Pattern only = options.nextPattern();
                    wanted = wanted.and(row -> only.matcher(row.what()).find());
                }
                case "-n" -> {
                    int n = options.nextInt();
                    wanted = wanted.and(row -> row.subject().n() == n);
                }
                default -> throw options.refused();
            }
        }
        List<Row> rows = rows().stream().filter(wanted).toList();
        print(rows, new Runs(effort, System.err::println).of(measurements(rows)), System.out);
    }

    /** All rows there are, those of the peers at the end if they are on the class path. */
    static List<Row> rows() {
        List<Row> rows = new ArrayList<>(new OwnRows().rows());
        rows.addAll(new RoutingRows().rows());
        ServiceLoader.load(RowSource.class).forEach(source -> rows.addAll(source.rows()));
        return rows;
    }

    static Collection<Measurement> measurements(List<Row> rows) {
        Collection<Measurement> measurements = new LinkedHashSet<>();
        rows.forEach(row -> row.measurements().forEach(measurements::add));
        return measurements;
    }

    static void print(List<Row> rows, Results results, PrintStream out) {
        out.printf(
                "JDK %s, %d processors; elapsed over processor time, median: %s (1.00 on an idle machine)%n%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors(), number(results.disturbance()));
        out.printf(FORMAT, "what", "n", "thr", "ns/op", "B/op", "value", "min..max", "goal", "least", "verdict");
        for (Row row : rows) {
            List<Double> values = row.values(results);
            double value = Results.median(values);
            out.printf(
                    FORMAT,
                    row.what(),
                    row.subject().n(),
                    row.subject().threads(),
                    number(results.median(row.subject(), Result::nanos)),
                    number(results.median(row.subject(), Result::bytes)),
                    number(value) + " " + row.limit().unit(),
                    number(Collections.min(values)) + ".." + number(Collections.max(values)),
                    limit(row, row.goal()),
                    limit(row, row.least()),
                    row.verdict(value));
        }
    }

    private static String limit(Row row, @Nullable Double limit) {
        return limit == null ? "" : number(limit) + " " + row.limit().unit();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }
}
