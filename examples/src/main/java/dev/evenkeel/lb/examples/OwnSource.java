package dev.evenkeel.lb.examples;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.examples.support.Waiting;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A source of one's own: a directory with an empty file for each instance, which is named after it, such as {@code
 * orders/10.0.0.1_8080}. Who starts makes one, and who ends deletes it. Asking again and again, keeping the last list when
 * that fails, and asking less often then, come with {@link InstanceSource#polling}.
 */
public final class OwnSource {

    private OwnSource() {}

    /** The source for the services that have a directory in this one. */
    public static InstanceSource directory(Path services, Duration interval) {
        return InstanceSource.polling(service -> instances(services.resolve(service)), interval);
    }

    private static List<ServiceInstance> instances(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .sorted()
                    .map(name -> ServiceInstance.of(name.replace('_', ':')))
                    .toList();
        }
    }

    public static void main(String[] args) throws IOException {
        Path services = Files.createTempDirectory("services");
        Path directory = Files.createDirectory(services.resolve("orders"));
        Path one = Files.createFile(directory.resolve("10.0.0.1_8080"));
        Files.createFile(directory.resolve("10.0.0.2_8080"));
        InstanceSource source = directory(services, Duration.ofMillis(50));
        try (LoadBalancer orders = LoadBalancer.builder("orders").source(source).build()) {
            waitUntil(() -> orders.snapshot().instances().size() == 2);
            System.out.println(orders.snapshot());

            Files.move(one, directory.resolve("10.0.0.3_8080"));
            waitUntil(() -> orders.snapshot().find("10.0.0.3:8080").isPresent()
                    && orders.snapshot().find("10.0.0.1:8080").isEmpty());
            System.out.println(orders.snapshot());

            Files.move(directory, services.resolve("away"));
            waitUntil(() -> orders.snapshot().sourceFailure().isPresent());
            System.out.println(orders.snapshot());
            System.out.println("  the source cannot deliver: "
                    + orders.snapshot().sourceFailure().orElse("but it can"));
        } finally {
            deleteAll(services);
        }
    }

    private static void waitUntil(BooleanSupplier condition) {
        Waiting.until(condition, Duration.ofSeconds(10));
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
