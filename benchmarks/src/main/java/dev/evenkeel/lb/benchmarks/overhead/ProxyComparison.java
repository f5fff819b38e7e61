package dev.evenkeel.lb.benchmarks.overhead;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;

/**
 * Measures what calls through a balanced client cost beside calls of the same client, as it is, through a reverse proxy, HAProxy
 * and NGINX if they are installed; and prints it as a table, on standard output; the progress goes to standard error.
 *
 * <pre>
 * -rounds N      how many pairs are compared; 80
 * -millis N      how long each way is measured in each round; 250
 * -only NAME     only clients whose name contains this
 * </pre>
 *
 * <p>A ratio is made within a round, see {@link Turns}.
 */
public final class ProxyComparison {

    private static final String FORMAT = "%-14s %-9s %-8s %10s %10s %9s %-15s %7s  %s%n";

    private static final int SERVERS = 4;

    /** Of each way, before anything counts. */
    private static final int WARM_UP_CALLS = 50_000;

    private static final double LEAST_THROUGHPUT = 1.3;
    private static final double MOST_P50 = 0.75;

    private final int rounds;
    private final long millis;
    private final PrintStream out;

    ProxyComparison(int rounds, long millis, PrintStream out) {
        this.rounds = rounds;
        this.millis = millis;
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        Extent extent = Extent.of(arguments);
        List<HelloProcess> servers = new ArrayList<>();
        try {
            for (int i = 0; i < SERVERS; i++) {
                servers.add(HelloProcess.start());
            }
            List<Integer> ports = servers.stream().map(HelloProcess::port).toList();
            new ProxyComparison(extent.rounds(), extent.millis(), System.out)
                    .measure(ports, WARM_UP_CALLS, extent.only());
        } finally {
            servers.forEach(HelloProcess::close);
        }
    }

    /** Measures in front of servers at these ports. */
    void measure(List<Integer> ports, int warmUpCalls, String only)
            throws IOException, InterruptedException, ExecutionException {
        Map<Proxy.Kind, Proxy> proxies = new EnumMap<>(Proxy.Kind.class);
        try (LoadBalancer hello = LoadBalancer.builder("hello")
                .instances(ports.stream().map(port -> "127.0.0.1:" + port).toArray(String[]::new))
                .strategy(Strategies.roundRobin())
                .build()) {
            for (Proxy.Kind kind : Proxy.Kind.values()) {
                Optional<Path> program = kind.program();
                if (program.isPresent()) {
                    proxies.put(kind, Proxy.start(kind, program.get(), ports));
                }
            }
            out.printf(
                    "JDK %s, %d processors, %d callers, %d servers, %d rounds%n%n",
                    Runtime.version(), Runtime.getRuntime().availableProcessors(), Slice.CALLERS, ports.size(), rounds);
            out.printf(
                    FORMAT, "client", "what", "proxy", "proxied", "balanced", "ratio", "quartiles", "goal", "verdict");
            if ("OkHttp".contains(only)) {
                measure("OkHttp", OkHttpWays::plain, OkHttpWays.balanced(hello), proxies, warmUpCalls);
            }
            if ("java.net.http".contains(only)) {
                measure("java.net.http", JdkWays::plain, JdkWays.balanced(hello), proxies, warmUpCalls);
            }
        } finally {
            for (Proxy proxy : proxies.values()) {
                proxy.close();
            }
        }
    }

    private interface Plain {
        Way to(int port);
    }

    private void measure(String client, Plain plain, Way balanced, Map<Proxy.Kind, Proxy> proxies, int warmUpCalls)
            throws InterruptedException, ExecutionException {
        Map<Proxy.Kind, Way> proxied = new EnumMap<>(Proxy.Kind.class);
        proxies.forEach((kind, proxy) -> proxied.put(kind, plain.to(proxy.port())));
        List<Way> ways = new ArrayList<>(proxied.values());
        ways.add(balanced);
        List<Map<Way, Slice>> measured = new ArrayList<>();
        if (!proxied.isEmpty()) {
            Turns turns = new Turns(client, ways, millis);
            turns.warmUp(warmUpCalls);
            measured.addAll(turns.rounds(rounds));
        }
        for (Proxy.Kind kind : Proxy.Kind.values()) {
            Way through = proxied.get(kind);
            if (through == null) {
                out.printf(FORMAT, client, "", kind.title(), "", "", "", "", "", "not installed");
                continue;
            }
            List<Pair> pairs = measured.stream()
                    .map(round -> new Pair(requireNonNull(round.get(through)), requireNonNull(round.get(balanced))))
                    .toList();
            print(client, "calls/s", kind, pairs, slice -> slice.calls() * 1000.0 / millis, LEAST_THROUGHPUT, true);
            print(client, "p50, us", kind, pairs, slice -> slice.p50Nanos() / 1000, MOST_P50, false);
        }
        ways.forEach(Way::close);
    }

    private record Pair(Slice proxied, Slice balanced) {}

    private void print(
            String client,
            String what,
            Proxy.Kind kind,
            List<Pair> pairs,
            ToDoubleFunction<Slice> measure,
            double goal,
            boolean moreIsBetter) {
        Quartiles ratio = Quartiles.of(
                pairs, pair -> measure.applyAsDouble(pair.balanced()) / measure.applyAsDouble(pair.proxied()));
        boolean reached = moreIsBetter ? ratio.median() >= goal : ratio.median() <= goal;
        out.printf(
                FORMAT,
                client,
                what,
                kind.title(),
                number(Quartiles.of(pairs, pair -> measure.applyAsDouble(pair.proxied()))
                        .median()),
                number(Quartiles.of(pairs, pair -> measure.applyAsDouble(pair.balanced()))
                        .median()),
                number(ratio.median()),
                number(ratio.first()) + ".." + number(ratio.third()),
                number(goal),
                reached ? "goal" : "MISSED");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }
}
