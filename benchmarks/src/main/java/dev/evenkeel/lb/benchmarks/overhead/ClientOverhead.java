package dev.evenkeel.lb.benchmarks.overhead;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/**
 * Measures what a call through a balanced client costs beside one through the client as it is, and prints it as a table, on
 * standard output; the progress goes to standard error.
 *
 * <pre>
 * -rounds N      how many pairs are compared; 20
 * -millis N      how long each way is measured in each round; 1000
 * -only NAME     only clients whose name contains this
 * </pre>
 *
 * <p>In each round all ways have their turn, in an order that changes, so that what disturbs disturbs them alike. A ratio is
 * made within a round.
 */
public final class ClientOverhead {

    private static final String FORMAT = "%-14s %-22s %10s %10s %9s %-15s %7s %7s  %s%n";

    /** Of each way, before anything counts. */
    private static final int WARM_UP_CALLS = 50_000;

    private static final double GOAL = 1.03;
    private static final double BYTES_LEAST = 1.2;

    private ClientOverhead() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = 20;
        long millis = 1000;
        String only = "";
        List<String> words = Arrays.stream(arguments)
                .flatMap(Pattern.compile(" +")::splitAsStream)
                .toList();
        for (int i = 0; i < words.size(); i++) {
            switch (words.get(i)) {
                case "-rounds" -> rounds = Integer.parseInt(words.get(++i));
                case "-millis" -> millis = Long.parseLong(words.get(++i));
                case "-only" -> only = words.get(++i);
                case "" -> {}
                default ->
                    throw new IllegalArgumentException(
                            words.get(i) + ": (expected: -rounds N, -millis N or -only NAME)");
            }
        }
        Process server = startServer();
        try {
            measure(portOf(server), WARM_UP_CALLS, rounds, millis, only, System.out);
        } finally {
            server.destroy();
        }
    }

    private static Process startServer() throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        return new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), HelloServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static int portOf(Process server) throws IOException {
        String line = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.US_ASCII))
                .readLine();
        if (line == null) {
            throw new IOException("the server has ended");
        }
        return Integer.parseInt(line);
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
                    warmUp(subject, warmUpCalls, millis);
                    print(subject, rounds(subject, rounds, millis), out);
                }
            }
            subjects.forEach(Subject::close);
        }
    }

    private static void warmUp(Subject subject, int calls, long millis)
            throws InterruptedException, ExecutionException {
        System.err.println(subject.name() + ": warming up");
        for (int made = 0; made < calls; ) {
            int least = Integer.MAX_VALUE;
            for (Way way : subject.ways()) {
                least = Math.min(least, Slice.of(way, millis).calls());
            }
            made += least;
        }
    }

    private static List<Round> rounds(Subject subject, int rounds, long millis)
            throws InterruptedException, ExecutionException {
        List<Round> measured = new ArrayList<>();
        List<Way> order = new ArrayList<>(subject.ways());
        for (int round = 0; round < rounds; round++) {
            System.err.println(subject.name() + ": round " + (round + 1) + " of " + rounds);
            Map<Way, Slice> slices = new HashMap<>();
            for (Way way : order) {
                slices.put(way, Slice.of(way, millis));
            }
            measured.add(new Round(
                    requireNonNull(slices.get(subject.plain())),
                    requireNonNull(slices.get(subject.floor())),
                    requireNonNull(slices.get(subject.balanced()))));
            Collections.rotate(order, 1); // so that each comes first, second and last equally often
        }
        return measured;
    }

    private static void print(Subject subject, List<Round> rounds, PrintStream out) {
        printTime(subject, "p50, us", slice -> slice.p50Nanos() / 1000, rounds, out);
        printTime(subject, "processor time, us", slice -> slice.processorNanos() / 1000, rounds, out);
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
        String verdict = ratio.median() <= goal ? "goal" : ratio.median() <= least ? "least" : "MISSED";
        out.printf(
                FORMAT,
                subject.name(),
                what,
                number(base.median()),
                number(balanced.median()),
                number(ratio.median()),
                number(ratio.first()) + ".." + number(ratio.third()),
                number(goal),
                number(least),
                verdict);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%,.0f", value);
    }
}
