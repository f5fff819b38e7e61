package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/** A program of its own, with a balanced client, to which something happens. It prints what it makes of it. */
final class ChildClient {

    private static final Duration LIMIT = Duration.ofSeconds(4);

    private final Set<String> ejected = new ConcurrentSkipListSet<>();
    private final LoadBalancer orders;
    private final BalancedHttpClient http;

    private ChildClient(List<String> servers) {
        orders = LoadBalancer.builder("orders")
                .instances(servers.toArray(String[]::new))
                .strategy(Strategies.roundRobin())
                .listener(new LoadBalancerListener() {
                    @Override
                    public void ejected(String service, ServiceInstance instance, Duration time, String reason) {
                        ejected.add(instance.id());
                    }
                })
                .build();
        http = BalancedHttpClient.wrap(
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), orders);
    }

    /** What to do, and the servers. */
    public static void main(String[] args) throws Exception {
        ChildClient client = new ChildClient(Arrays.asList(args).subList(1, args.length));
        if (args[0].equals("files")) {
            client.runOutOfFiles();
        } else {
            client.standStill(args[1], args[2]);
        }
        System.exit(0);
    }

    private void runOutOfFiles() throws Exception {
        load();
        for (int i = 0; i < 10; i++) {
            http.send(request(), BodyHandlers.ofString());
        }
        List<InputStream> files = new ArrayList<>();
        hoard(files);
        say("hoarded " + !files.isEmpty());
        List<String> messages = new ArrayList<>();
        while (messages.size() < 40) {
            hoard(files); // connections of before give theirs back when they like
            try {
                http.send(request(), BodyHandlers.ofString());
            } catch (IOException failure) {
                messages.add(String.valueOf(failure.getMessage()));
            }
            http.sendAsync(request(), BodyHandlers.ofString())
                    .handle((response, failure) ->
                            response != null || messages.add(String.valueOf(failure.getMessage())))
                    .join();
        }
        for (InputStream file : files) {
            file.close();
        }
        Set.copyOf(messages).forEach(message -> say("message " + message));
        say("all are local faults " + (localFaults() == messages.size()));
        say("ejected " + ejected);
        say("answered " + http.send(request(), BodyHandlers.ofString()).statusCode());
    }

    private static void hoard(List<InputStream> files) {
        try {
            while (true) {
                files.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException noneLeft) {
            // that is the purpose
        }
    }

    /** While no file can be opened, no class can be loaded. */
    private static void load() throws Exception {
        for (String place : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path root = Path.of(place);
            if (!Files.isDirectory(root)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(root)) {
                List<Path> classes = files.filter(file -> file.toString().endsWith(".class"))
                        .filter(file -> !file.endsWith("module-info.class"))
                        .toList();
                for (Path file : classes) {
                    String name = root.relativize(file).toString().replace('/', '.');
                    loadIfPossible(name.substring(0, name.length() - ".class".length()));
                }
            }
        }
    }

    private static void loadIfPossible(String name) {
        try {
            Class.forName(name, false, ChildClient.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError needsWhatIsNotHere) {
            // a test that needs more than this program
        }
    }

    /** Twelve calls wait for a server that does not answer when the process is stopped, which is longer than they may take. */
    private void standStill(String silent, String crashing) throws Exception {
        for (int i = 0; i < 10; i++) {
            http.send(request(), BodyHandlers.ofString());
        }
        Lease held = orders.acquire();
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            calls.add(http.with(only(silent)).sendAsync(slow(), BodyHandlers.ofString()));
        }
        say("waiting");
        Set<String> notes = new ConcurrentSkipListSet<>();
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            call.handle((response, failure) -> {
                        for (Throwable thrown = failure; thrown != null; thrown = thrown.getCause()) {
                            Arrays.stream(thrown.getSuppressed()).forEach(note -> notes.add(note.getMessage()));
                        }
                        return true;
                    })
                    .join();
        }
        notes.forEach(note -> say("note " + note));
        say("paused " + (held.paused().compareTo(Duration.ofSeconds(1)) > 0));
        held.close();
        say("local faults " + localFaults());
        say("ejected " + ejected);
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        while (!ejected.contains(crashing)) {
            try {
                http.with(only(crashing)).send(request(), BodyHandlers.ofString());
            } catch (IOException refused) {
                // as it should be
            }
        }
        say("found " + ejected);
    }

    private long localFaults() {
        return orders.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(Outcome.Kind.LOCAL_FAULT))
                .sum();
    }

    private static PickRequest only(String server) {
        return PickRequest.builder().only(server).build();
    }

    private static HttpRequest request() {
        return HttpRequest.newBuilder(URI.create("http://orders/")).build();
    }

    private static HttpRequest slow() {
        return HttpRequest.newBuilder(URI.create("http://orders/slow"))
                .timeout(LIMIT)
                .build();
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
