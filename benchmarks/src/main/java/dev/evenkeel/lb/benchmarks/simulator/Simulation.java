package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.health.ProbeConfig;
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

    /** Streams of random numbers: one for the calls, one for each client. */
    private static final int CALLS = 0;

    private static final int FIRST_CLIENT = 1;

    private final Scenario scenario;
    private final Timeline timeline = new Timeline();
    private final List<Server> servers = new ArrayList<>();
    private final List<LoadBalancer> clients = new ArrayList<>();
    private final Draws draws;
    private final Recorder recorder;
    private final TimeLimit timeLimit;
    private final double gapNanos;

    private Simulation(Scenario scenario, LoadBalancingStrategy strategy, long seed) {
        this.scenario = scenario;
        draws = Draws.of(seed, CALLS);
        recorder = new Recorder(scenario);
        timeLimit = new TimeLimit(scenario.timeoutNanos(), timeline);
        gapNanos = 1e9 / scenario.callsPerSecond();
        scenario.servers().forEach(model -> servers.add(new Server(model, timeline)));
        Roster roster = new Roster(scenario.servers(), scenario.setting().lists(), timeline);
        for (int client = 0; client < scenario.clients(); client++) {
            LoadBalancerBuilder builder = LoadBalancer.builder(SERVICE)
                    .source(roster)
                    .strategy(strategy)
                    .ticker(timeline)
                    .wallClock(() -> Instant.EPOCH)
                    .scheduler(timeline)
                    .executor(Runnable::run)
                    .random(Draws.of(seed, FIRST_CLIENT + client))
                    .outlierDetection(scenario.setting().outliers())
                    .listener(new PoolWatch(client, timeline, recorder));
            if (scenario.setting().probed()) {
                builder.healthCheck(new ServerProbe(servers, timeline), ProbeConfig.defaults());
            }
            clients.add(builder.build());
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
        timeline.runUntil(scenario.measured().untilNanos() + scenario.longestNanos());
        return recorder.result();
    }

    Recorder recorder() {
        return recorder;
    }

    long now() {
        return timeline.nanos();
    }

    private void scheduleNextCall() {
        long gap = (long) (gapNanos * draws.nextExponential());
        if (timeline.nanos() + gap < scenario.measured().untilNanos()) {
            timeline.after(gap, this::call);
        }
    }

    private void call() {
        int client = draws.nextInt(clients.size());
        double work = scenario.work().draw(draws);
        double luck = draws.nextDouble();
        send(new Errand(
                this, client, work, luck, timeline.nanos(), scenario.setting().tries() - 1));
        scheduleNextCall();
    }

    void send(Errand errand) {
        Lease lease = clients.get(errand.client()).acquire();
        int place = Roster.place(lease.instance());
        Server server = servers.get(place);
        Call call = new Call(lease, errand, timeline.nanos());
        recorder.picked(place, timeline.nanos());
        timeLimit.watch(call);
        timeline.after(server.model().oneWayNanos(), () -> server.receive(call));
    }
}
