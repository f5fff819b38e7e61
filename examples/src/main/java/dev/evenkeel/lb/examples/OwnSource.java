package dev.evenkeel.lb.examples;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.discovery.Subscription;
import dev.evenkeel.lb.examples.support.Waiting;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/**
 * A source of one's own: a file with one {@code host:port} in each line, read again and again. Whoever changes it moves a
 * new file into its place, so that it is never read half written.
 */
public final class OwnSource implements InstanceSource {

    private final Path file;
    private final Duration interval;

    public OwnSource(Path file, Duration interval) {
        this.file = file;
        this.interval = interval;
    }

    @Override
    public Subscription subscribe(InstanceSink sink) {
        Poll poll = new Poll(sink);
        poll.run();
        return () -> poll.ended = true;
    }

    /** One subscription. Waits with the scheduler of the balancer and reads on its executor, so it needs no thread. */
    private final class Poll implements Runnable {

        private final InstanceSink sink;
        private volatile boolean ended;

        Poll(InstanceSink sink) {
            this.sink = sink;
        }

        @Override
        public void run() {
            if (ended) {
                return;
            }
            try {
                sink.update(Files.readAllLines(file).stream()
                        .filter(line -> !line.isBlank())
                        .map(ServiceInstance::of)
                        .toList());
            } catch (IOException | IllegalArgumentException unreadable) {
                sink.failed(unreadable); // the last good list stays in force
            }
            sink.scheduler().schedule(() -> sink.executor().execute(this), interval);
        }
    }

    public static void main(String[] args) throws IOException {
        Path file = Files.createTempFile("orders", ".txt");
        replace(file, "10.0.0.1:8080\n10.0.0.2:8080\n");
        InstanceSource source = new OwnSource(file, Duration.ofMillis(100));
        try (LoadBalancer orders = LoadBalancer.builder("orders").source(source).build()) {
            System.out.println(orders.snapshot());

            replace(file, "10.0.0.2:8080\n10.0.0.3:8080\n");
            Waiting.until(() -> orders.snapshot().find("10.0.0.3:8080").isPresent(), Duration.ofSeconds(10));
            System.out.println(orders.snapshot());

            replace(file, "not a list of instances\n");
            Waiting.until(() -> orders.snapshot().sourceFailure().isPresent(), Duration.ofSeconds(10));
            System.out.println(orders.snapshot());
            System.out.println("  the source cannot deliver: "
                    + orders.snapshot().sourceFailure().orElse("but it can"));
        } finally {
            Files.delete(file);
        }
    }

    private static void replace(Path file, String content) throws IOException {
        Path written = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), content);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
