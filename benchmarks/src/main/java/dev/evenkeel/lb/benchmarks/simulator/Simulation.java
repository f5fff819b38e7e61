package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One scenario with one strategy: clients, each with a balancer of its own, as it is in production, and model servers, in
 * virtual time. The same scenario, strategy and seed give the same result; with another strategy the same calls come at the
 * same times.
 */
final class Simulation {

    private static final String SERVICE = "servers";
    private static final int FIRST_PORT = 10_000;

    /** Streams of random numbers: one for the calls, one for each client. */
    private static final int CALLS = 0;

    private static final int FIRST_CLIENT = 1;

    private final Scenario scenario;
    private final Timeline timeline = new Timeline();
    private final InMemoryRegistry registry = new InMemoryRegistry(timeline);
    private final List<Server> servers = new ArrayList<>();
    private final List<LoadBalancer> clients = new ArrayList<>();
    private final Draws draws;
    private final Recorder recorder;
    private final TimeLimit timeLimit;
    private final double gapNanos;

    private Simulation(Scenario scenario, LoadBalancingStrategy strategy, long seed) {
        this.scenario = scenario;
        draws = Draws.of(seed, CALLS);
        long timeoutNanos = scenario.timeoutMillis() * 1_000_000;
        recorder = new Recorder(
                scenario.measured(), timeoutNanos, scenario.servers().size());
        timeLimit = new TimeLimit(timeoutNanos, timeline);
        gapNanos = 1e9 / scenario.callsPerSecond();
        scenario.servers().forEach(this::addServer);
        for (int i = 0; i < scenario.clients(); i++) {
            clients.add(LoadBalancer.builder(SERVICE)
                    .source(registry)
                    .strategy(strategy)
                    .ticker(timeline)
                    .wallClock(() -> Instant.EPOCH)
                    .scheduler(timeline)
                    .executor(Runnable::run)
                    .random(Draws.of(seed, FIRST_CLIENT + i))
                    .outlierDetection(OutlierConfig.off()) // what a strategy does by itself
                    .build());
        }
    }

    static Result run(Scenario scenario, LoadBalancingStrategy strategy, long seed) {
        Simulation simulation = new Simulation(scenario, strategy, seed);
        try {
            return simulation.run();
        } finally {
            simulation.clients.forEach(LoadBalancer::close);
        }
    }

    private Result run() {
        scheduleNextCall();
        timeline.runUntil(scenario.measured().untilNanos() + scenario.timeoutMillis() * 1_000_000);
        return recorder.result();
    }

    private void addServer(ServerModel model) {
        ServiceInstance instance = ServiceInstance.of("10.0.0.1:" + (FIRST_PORT + servers.size()));
        servers.add(new Server(model, timeline));
        if (model.joinsAt() == 0) {
            registry.register(SERVICE, instance);
        } else {
            timeline.after(model.joinsAt() * 1_000_000_000L, () -> registry.register(SERVICE, instance));
        }
    }

    private void scheduleNextCall() {
        long gap = (long) (gapNanos * draws.nextExponential());
        if (timeline.nanos() + gap < scenario.measured().untilNanos()) {
            timeline.after(gap, this::call);
        }
    }

    private void call() {
        LoadBalancer client = clients.get(draws.nextInt(clients.size()));
        double work = scenario.work().draw(draws);
        double luck = draws.nextDouble();
        Lease lease = client.acquire();
        int place = lease.instance().port() - FIRST_PORT;
        Server server = servers.get(place);
        Call call = new Call(lease, work, luck, timeline, recorder);
        recorder.picked(place, timeline.nanos());
        timeLimit.watch(call);
        timeline.after(server.model().oneWayNanos(), () -> server.receive(call));
        scheduleNextCall();
    }
}
