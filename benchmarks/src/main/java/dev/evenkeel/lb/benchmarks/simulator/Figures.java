package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.benchmarks.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Prints figures of how instances are taken out and taken back, beside their goals.
 *
 * <pre>
 * -short         as the build does; otherwise longer
 * -seed N        another seed; 1
 * -only REGEX    only tables in whose name this is found
 * -write DIR     also writes those tables into files of this directory that are the same on every machine
 * </pre>
 */
public final class Figures {

    private Figures() {}

    public static void main(String[] arguments) throws IOException {
        // what a source logs is counted; read when the first logger is made
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        boolean full = true;
        long seed = 1;
        Path directory = null;
        Pattern only = Pattern.compile("");
        Options options = new Options(arguments, "-short, -seed N, -only REGEX or -write DIR");
        while (options.hasNext()) {
            switch (options.next()) {
                case "-short" -> full = false;
                case "-seed" -> seed = options.nextLong();
                case "-only" -> only = options.nextPattern();
                case "-write" -> directory = Path.of(options.next());
                default -> throw options.refused();
            }
        }
        for (Map.Entry<String, Supplier<FigureTable>> entry : (full ? all(seed) : repeatable(seed)).entrySet()) {
            if (only.matcher(entry.getKey()).find()) {
                print(entry.getKey(), entry.getValue().get().text(), full ? null : directory);
            }
        }
    }

    /** Those in short that come out the same on every machine, by name. */
    static Map<String, Supplier<FigureTable>> repeatable(long seed) {
        Map<String, Supplier<FigureTable>> tables = new LinkedHashMap<>();
        tables.put("detection", () -> DetectionFigures.table(seed));
        tables.put("flapping", () -> FlappingFigures.table(60, seed));
        tables.put("small-pools", () -> SmallPoolFigures.table(seed));
        tables.put("readmission", () -> ReadmissionFigures.table(500, seed));
        tables.put("retries", () -> RetryFigures.faults(seed));
        tables.put("tail", () -> RetryFigures.tail(seed));
        return tables;
    }

    private static Map<String, Supplier<FigureTable>> all(long seed) {
        Map<String, Supplier<FigureTable>> tables = new LinkedHashMap<>();
        tables.put("strategies", () -> GoalFigures.table(Scenarios.SHORT, seed));
        tables.putAll(repeatable(seed));
        tables.put("flapping", () -> FlappingFigures.table(300, seed));
        tables.put("failing-source", () -> SourceFigures.table(30, seed));
        tables.put("turnover", () -> TurnoverFigures.table(10_000, 60, 10_000, seed));
        tables.put("many-calls", () -> ManyCallsFigures.table(300, seed));
        return tables;
    }

    private static void print(String name, String text, @Nullable Path directory) throws IOException {
        System.out.println(text);
        if (directory != null) {
            Files.writeString(directory.resolve(name + ".txt"), text);
        }
    }
}
