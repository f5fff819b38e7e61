package dev.evenkeel.lb.benchmarks.overhead;

import dev.evenkeel.lb.LoadBalancer;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;

/**
 * Measures what a call through a balanced client costs beside one through the client as it is, and prints it as a table, on
 * standard output; the progress goes to standard error.
 *
 * <pre>
 * -rounds N      how many pairs are compared; 80
 * -millis N      how long each way is measured in each round; 250
 * -only NAME     only clients whose name contains this
 * </pre>
 *
 * <p>A ratio is made within a round, see {@link Turns}.
 */
public final class ClientOverhead {

    private static final String FORMAT = "%-14s %-22s %10s %10s %9s %-15s %7s %7s  %s%n";

    /** Of each way, before anything counts. */
    private static final int WARM_UP_CALLS = 150_000;

    private static final double GOAL = 1.03;
    private static final double BYTES_LEAST = 1.2;

    /** Of the floor, which tells how near to the client as it is a wrapper can come at all. */
    private static final double NO_GOAL = Double.POSITIVE_INFINITY;

    private ClientOverhead() {}

    public static void main(String[] arguments) throws Exception {
        Extent extent = Extent.of(arguments);
        try (HelloProcess server = HelloProcess.start()) {
            measure(server.port(), WARM_UP_CALLS, extent.rounds(), extent.millis(), extent.only(), System.out);
        }
    }

    /** Measures against a server at this port. */
    static void measure(int port, int warmUpCalls, int rounds, long millis, String only, PrintStream out)
            throws InterruptedException, ExecutionException {
        try (LoadBalancer hello =
                LoadBalancer.builder("hello").instances("127.0.0.1:" + port).build()) {
            out.printf(
                    "JDK %s, %d processors, %d callers, %d rounds%n%n",
                    Runtime.version(), Runtime.getRuntime().availableProcessors(), Slice.CALLERS, rounds);
            out.printf(FORMAT, "client", "what", "plain", "balanced", "ratio", "quartiles", "goal", "least", "verdict");
            List<Subject> subjects = Subject.all(port, hello);
            for (Subject subject : subjects) {
                if (subject.name().contains(only)) {
                    Turns turns = new Turns(subject.name(), subject.ways(), millis);
                    turns.warmUp(warmUpCalls);
                    print(subject, subject.compared(turns.rounds(rounds)), out);
                }
            }
            subjects.forEach(Subject::close);
        }
    }

    private static void print(Subject subject, List<Round> rounds, PrintStream out) {
        printTime(subject, "p50, us", slice -> slice.p50Nanos() / 1000, rounds, out);
        printTime(subject, "processor time, us", slice -> slice.processorNanos() / 1000, rounds, out);
        printRow(
                subject,
                "processor time, floor",
                Quartiles.of(rounds, round -> round.plain().processorNanos() / 1000),
                Quartiles.of(rounds, round -> round.floor().processorNanos() / 1000),
                Quartiles.of(rounds, round -> round.floorRatio(Slice::processorNanos)),
                NO_GOAL,
                NO_GOAL,
                out);
        Quartiles plain = Quartiles.of(rounds, round -> round.plain().bytes());
        out.printf(FORMAT, subject.name(), "bytes", number(plain.median()), "", "", "", "", "", "");
        printRow(
                subject,
                "bytes more, to floor",
                Quartiles.of(rounds, Round::floorBytes),
                Quartiles.of(rounds, Round::balancedBytes),
                Quartiles.of(rounds, round -> round.balancedBytes() / round.floorBytes()),
                BYTES_LEAST,
                BYTES_LEAST,
                out);
    }

    private static void printTime(
            Subject subject, String what, ToDoubleFunction<Slice> measure, List<Round> rounds, PrintStream out) {
        printRow(
                subject,
                what,
                Quartiles.of(rounds, round -> measure.applyAsDouble(round.plain())),
                Quartiles.of(rounds, round -> measure.applyAsDouble(round.balanced())),
                Quartiles.of(rounds, round -> round.ratio(measure)),
                GOAL,
                subject.leastRatio(),
                out);
    }

    private static void printRow(
            Subject subject,
            String what,
            Quartiles base,
            Quartiles balanced,
            Quartiles ratio,
            double goal,
            double least,
            PrintStream out) {
        boolean judged = goal != NO_GOAL;
        String verdict = !judged ? "" : ratio.median() <= goal ? "goal" : ratio.median() <= least ? "least" : "MISSED";
        out.printf(
                FORMAT,
                subject.name(),
                what,
                number(base.median()),
                number(balanced.median()),
                number(ratio.median()),
                number(ratio.first()) + ".." + number(ratio.third()),
                judged ? number(goal) : "",
                judged ? number(least) : "",
                verdict);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%,.0f", value);
    }
}
