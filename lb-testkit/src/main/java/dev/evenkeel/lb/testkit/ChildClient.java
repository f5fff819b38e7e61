package dev.evenkeel.lb.testkit;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A program of its own, with a balanced client, to which something happens; it prints what it makes of that. For
 * {@link OwnFaultsContract}, which starts it by the {@code main} of an adapter's tests:
 *
 * <pre>{@code
 * public static void main(String[] args) throws Exception {
 *     ChildClient.run(JdkContractClient::new, args);
 * }
 * }</pre>
 */
public final class ChildClient {

    static final String FILES = "files";
    static final String STOPPED = "stopped";

    /** How many calls are under way when it is stopped. */
    static final int WAITING = 12;

    static final String SLOW_PATH = "/slow";

    private static final int CALLS = 20;
    private static final ContractCall CALL = ContractCall.get("http://orders/");
    private static final ContractCall SLOW =
            ContractCall.get("http://orders" + SLOW_PATH).withTimeout(Duration.ofSeconds(4));

    private final Set<String> ejected = new ConcurrentSkipListSet<>();
    private final LoadBalancer orders;
    private final ContractClient http;

    private ChildClient(Function<ContractOptions, ContractClient> newClient, List<String> servers) {
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
        http = newClient.apply(ContractOptions.of(orders));
    }

    /**
     * Does what it is told, and ends the program.
     *
     * @param newClient makes the client
     * @param args what the program was given
     */
    public static void run(Function<ContractOptions, ContractClient> newClient, String[] args) throws Exception {
        List<String> servers = Arrays.asList(args).subList(1, args.length);
        ChildClient client = new ChildClient(newClient, servers);
        if (args[0].equals(FILES)) {
            client.runOutOfFiles();
        } else {
            client.standStill(servers.get(0), servers.get(1));
        }
        System.exit(0);
    }

    private void runOutOfFiles() throws Exception {
        load();
        for (int i = 0; i < CALLS; i++) {
            http.send(CALL);
            begin(CALL).join();
        }
        List<InputStream> files = new ArrayList<>();
        hoard(files);
        say("hoarded " + !files.isEmpty());
        List<String> messages = new ArrayList<>();
        while (messages.size() < CALLS) {
            hoard(files); // connections of before give theirs back when they like
            try {
                http.send(CALL);
            } catch (IOException failure) {
                messages.add(String.valueOf(failure.getMessage()));
            }
            begin(CALL).join().ifPresent(failure -> messages.add(String.valueOf(failure.getMessage())));
        }
        for (InputStream file : files) {
            file.close();
        }
        Set.copyOf(messages).forEach(message -> say("message " + message));
        say("all are local faults " + (localFaults() == messages.size()));
        say("ejected " + ejected);
        say("answered " + http.send(CALL).status());
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
    private static void load() throws IOException {
        for (String place : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path root = Path.of(place);
            if (!Files.isDirectory(root)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".class"))
                        .map(file -> root.relativize(file).toString().replace('/', '.'))
                        .forEach(name -> loadIfPossible(name.substring(0, name.length() - ".class".length())));
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

    /** Calls wait for a server that does not answer when the process is stopped, for longer than they may take. */
    private void standStill(String silent, String crashing) throws Exception {
        for (int i = 0; i < CALLS; i++) {
            http.send(CALL);
        }
        Lease held = orders.acquire();
        List<CompletableFuture<Optional<Throwable>>> calls = new ArrayList<>();
        for (int i = 0; i < WAITING; i++) {
            calls.add(begin(SLOW.withPickRequest(only(silent))));
        }
        say("waiting");
        Set<String> notes = new ConcurrentSkipListSet<>();
        for (CompletableFuture<Optional<Throwable>> call : calls) {
            for (Throwable thrown = call.join().orElse(null); thrown != null; thrown = thrown.getCause()) {
                Arrays.stream(thrown.getSuppressed()).forEach(note -> notes.add(String.valueOf(note.getMessage())));
            }
        }
        notes.forEach(note -> say("note " + note));
        say("paused " + (held.paused().compareTo(Duration.ofSeconds(1)) > 0));
        held.close();
        say("local faults " + localFaults());
        say("ejected " + ejected);
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        while (!ejected.contains(crashing)) {
            try {
                http.send(CALL.withPickRequest(only(crashing)));
            } catch (IOException refused) {
                // as it should be
            }
        }
        say("found " + ejected);
    }

    /** Makes a call in the asynchronous form; gives what it fails with. */
    private CompletableFuture<Optional<Throwable>> begin(ContractCall call) {
        CompletableFuture<Optional<Throwable>> failure = new CompletableFuture<>();
        http.sendAsync(call, new ContractCallback() {
            @Override
            public void answered(ContractAnswer answer) {
                try {
                    answer.close();
                    failure.complete(Optional.empty());
                } catch (IOException thrown) {
                    failed(thrown);
                }
            }

            @Override
            public void failed(Throwable thrown) {
                failure.complete(Optional.of(thrown));
            }
        });
        return failure;
    }

    private long localFaults() {
        return orders.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(Outcome.Kind.LOCAL_FAULT))
                .sum();
    }

    private static PickRequest only(String server) {
        return PickRequest.builder().only(server).build();
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
