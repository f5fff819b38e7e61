package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** A program of its own, with a balanced client, that runs out of file descriptors. It prints what it makes of that. */
final class ChildClient {

    private static final Request REQUEST =
            new Request.Builder().url("http://orders/").build();

    private ChildClient() {}

    /** The servers. */
    public static void main(String[] servers) throws Exception {
        Set<String> ejected = new ConcurrentSkipListSet<>();
        LoadBalancer orders = LoadBalancer.builder("orders")
                .instances(servers)
                .strategy(Strategies.roundRobin())
                .listener(new LoadBalancerListener() {
                    @Override
                    public void ejected(String service, ServiceInstance instance, Duration time, String reason) {
                        ejected.add(instance.id());
                    }
                })
                .build();
        OkHttpClient http = BalancedOkHttp.wrap(new OkHttpClient(), orders);
        load();
        for (int i = 0; i < 10; i++) {
            call(http);
        }
        List<InputStream> files = new ArrayList<>();
        hoard(files);
        System.out.println("hoarded " + !files.isEmpty());
        List<String> messages = new ArrayList<>();
        while (messages.size() < 20) {
            hoard(files); // connections of before give theirs back when they like
            try {
                call(http);
            } catch (IOException failure) {
                messages.add(String.valueOf(failure.getMessage()));
            }
        }
        for (InputStream file : files) {
            file.close();
        }
        Set.copyOf(messages).forEach(message -> System.out.println("message " + message));
        long localFaults = orders.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(Outcome.Kind.LOCAL_FAULT))
                .sum();
        System.out.println("all are local faults " + (localFaults == messages.size()));
        System.out.println("ejected " + ejected);
        System.out.println("answered " + call(http));
        System.exit(0);
    }

    private static int call(OkHttpClient http) throws IOException {
        try (Response response = http.newCall(REQUEST).execute()) {
            return response.code();
        }
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
}
