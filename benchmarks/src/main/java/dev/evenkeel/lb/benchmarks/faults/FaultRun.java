package dev.evenkeel.lb.benchmarks.faults;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PoolSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Servers, a balanced client and calls to them: one run of ten seconds. */
final class FaultRun implements AutoCloseable {

    static final int PER_SECOND = 500;

    private static final String SERVICE = "orders";
    private static final int SECONDS = 10;

    /** So many calls for so long, each, before anything is measured. */
    private static final int[][] WARM_UP = {{100, 2}, {PER_SECOND, 3}};

    private static final ProbeConfig PROBES = ProbeConfig.builder()
            .interval(Duration.ofMillis(200))
            .unhealthyInterval(Duration.ofMillis(200))
            .timeout(Duration.ofMillis(200))
            .rise(1)
            .fall(2)
            .build();

    private final List<ServerProcess> servers = ServerProcess.start(FaultScript.SERVERS);
    private final InMemoryRegistry registry = new InMemoryRegistry();
    private final NotingBalancer balancer;
    private final Client client;

    /** How often those were picked that have left. */
    private final LongAdder departed = new LongAdder();

    FaultRun(Client.Kind kind) throws IOException {
        servers.forEach(this::register);
        balancer = new NotingBalancer(LoadBalancer.builder(SERVICE)
                .source(registry)
                .healthCheck(kind.probe(), PROBES)
                .build());
        client = kind.client().apply(balancer);
    }

    /** What is done meanwhile: told when the calls begin. */
    interface Script {
        void play(long begun);
    }

    /** What came of it. */
    record Outcomes(Load load, long attempts, long stalledNanos) {

        /** How often the servers were asked, for each call. */
        double attemptsPerCall() {
            return (double) attempts / load.size();
        }
    }

    /** So far, at those that have left as well. */
    private long attempts() {
        return departed.sum()
                + pool().instances().stream().mapToLong(InstanceSnapshot::picks).sum();
    }

    List<ServerProcess> servers() {
        return servers;
    }

    void register(ServerProcess server) {
        registry.register(SERVICE, ServiceInstance.of(server.address()));
    }

    void deregister(ServerProcess server) {
        departed.add(pool().find(server.address()).map(InstanceSnapshot::picks).orElse(0L));
        registry.deregister(SERVICE, server.address());
    }

    /** Looks until this time after the calls have begun. */
    PickLog lookAt(List<ServerProcess> some, long begun, int untilMillis) {
        return PickLog.until(
                begun,
                untilMillis,
                balancer,
                some.stream().map(ServerProcess::address).toList());
    }

    PoolSnapshot pool() {
        return balancer.snapshot();
    }

    /** The attempts that began at this server in this time and failed, in nanoseconds. */
    List<NotingBalancer.Failed> failed(ServerProcess server, long from, long until) {
        return balancer.failed().stream()
                .filter(attempt -> attempt.isAt(server.address(), from, until))
                .toList();
    }

    /** Makes the calls while the script is played. */
    Outcomes play(String method, Script script) throws InterruptedException {
        for (int[] warmUp : WARM_UP) {
            Load.of(System.nanoTime(), warmUp[0], warmUp[1], () -> client.call(method));
        }
        long before = attempts();
        try (StallWatch stalls = StallWatch.start()) {
            long begun = System.nanoTime();
            CompletableFuture<Void> played = CompletableFuture.runAsync(() -> script.play(begun), thread -> {
                Thread playing = new Thread(thread, "script");
                playing.setDaemon(true);
                playing.start();
            });
            Load load;
            try {
                load = Load.of(begun, PER_SECOND, SECONDS, () -> client.call(method));
            } finally {
                played.handle((nothing, failure) -> true).join(); // it starts what has to be stopped
            }
            played.join();
            return new Outcomes(load, attempts() - before, Math.max(stalls.longestNanos(), load.latestNanos()));
        }
    }

    /** On a thread that has nothing else to do. */
    static void await(long begun, long millis) {
        long due = begun + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            LockSupport.parkNanos(wait);
        }
    }

    @Override
    public void close() {
        try {
            client.close();
            balancer.close();
        } finally {
            servers.forEach(ServerProcess::close);
        }
    }
}
