package dev.evenkeel.lb.examples;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.examples.support.AddLine;
import dev.evenkeel.lb.examples.support.Waiting;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A file that other processes edit, while this one follows: one joins, and another makes a mistake. */
public final class SharedFile {

    private SharedFile() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory("shared");
        Path file = Files.writeString(directory.resolve("instances.txt"), "orders 10.0.0.1:8080 zone=a\n");
        InstanceSource source = InstanceSource.file(file, Duration.ofMillis(50));
        try (LoadBalancer orders = LoadBalancer.builder("orders").source(source).build()) {
            System.out.println(orders.snapshot());

            inAnotherProcess(file, "orders 10.0.0.2:8080 zone=b weight=2");
            waitUntil(() -> orders.snapshot().find("10.0.0.2:8080").isPresent());
            System.out.println(orders.snapshot());

            inAnotherProcess(file, "orders 10.0.0.3:80800");
            waitUntil(() -> orders.snapshot().sourceFailure().isPresent());
            System.out.println(orders.snapshot());
            System.out.println("  the source cannot deliver: "
                    + orders.snapshot().sourceFailure().orElse("but it can"));
        } finally {
            Files.delete(file);
            Files.delete(directory);
        }
    }

    private static void inAnotherProcess(Path file, String line) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        URL classes = AddLine.class.getProtectionDomain().getCodeSource().getLocation();
        Process process = new ProcessBuilder(
                        java,
                        "-cp",
                        Path.of(classes.toURI()).toString(),
                        AddLine.class.getName(),
                        file.toString(),
                        line)
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("the other process failed: " + process.exitValue());
        }
    }

    private static void waitUntil(BooleanSupplier condition) {
        Waiting.until(condition, Duration.ofSeconds(10));
    }
}
