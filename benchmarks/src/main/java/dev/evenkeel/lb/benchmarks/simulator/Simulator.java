package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.benchmarks.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Simulates and prints a table for each scenario.
 *
 * <pre>
 * -short         as the build does; otherwise longer
 * -seeds N       how often, each time with another seed; 1
 * -only REGEX    only scenarios in whose name this is found
 * -write DIR     also writes each table into a file of this directory
 * </pre>
 */
public final class Simulator {

    private Simulator() {}

    public static void main(String[] arguments) throws IOException {
        Scenarios scenarios = Scenarios.LONG;
        int seeds = 1;
        Path directory = null;
        Pattern only = Pattern.compile("");
        Options options = new Options(arguments, "-short, -seeds N, -only REGEX or -write DIR");
        while (options.hasNext()) {
            switch (options.next()) {
                case "-short" -> scenarios = Scenarios.SHORT;
                case "-seeds" -> seeds = options.nextInt();
                case "-only" -> only = options.nextPattern();
                case "-write" -> directory = Path.of(options.next());
                default -> throw options.refused();
            }
        }
        List<Scenario> all = new ArrayList<>(scenarios.all());
        all.addAll(Stories.all());
        for (Scenario scenario : all) {
            if (only.matcher(scenario.name()).find()) {
                for (int seed = 1; seed <= seeds; seed++) {
                    print(scenario, Table.of(scenario, seed), seed == 1 ? directory : null);
                }
            }
        }
    }

    private static void print(Scenario scenario, Table table, @Nullable Path directory) throws IOException {
        String text = table.text();
        System.out.println(text);
        if (directory != null) {
            Files.writeString(directory.resolve(scenario.name() + ".txt"), text);
        }
    }
}
