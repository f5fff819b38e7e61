package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Clients that call again as soon as the last call has ended, in virtual time, and servers that do as they are told. */
final class ClosedLoop implements AutoCloseable {

    /** How a server treats its calls at the moment. */
    record Behaviour(Duration time, Outcome outcome) {

        static Behaviour answersIn(long millis) {
            return new Behaviour(Duration.ofMillis(millis), Outcome.success());
        }

        static Behaviour failsIn(long millis) {
            return new Behaviour(Duration.ofMillis(millis), Outcome.failed());
        }
    }

    final VirtualClock clock = new VirtualClock();
    final LoadBalancer balancer;
    private final ScriptedSource source = new ScriptedSource();
    private final Map<ServiceInstance, Behaviour> servers = new HashMap<>();
    private final Map<ServiceInstance, Long> picks = new HashMap<>();
    private final Map<ServiceInstance, Integer> mostInFlight = new HashMap<>();
    private final Random random = new Random(1);

    ClosedLoop(LoadBalancingStrategy strategy) {
        balancer =
                TestBalancers.builder(clock).source(source).strategy(strategy).build();
    }

    void set(ServiceInstance server, Behaviour behaviour) {
        if (servers.put(server, behaviour) == null) {
            source.deliver(servers.keySet().toArray(ServiceInstance[]::new));
        }
    }

    void start(int clients) {
        for (int i = 0; i < clients; i++) {
            call();
        }
    }

    /** Forgets the counts so far, and goes on for this time. */
    void run(Duration time) {
        picks.clear();
        mostInFlight.clear();
        clock.advance(time);
    }

    long picks(ServiceInstance server) {
        return picks.getOrDefault(server, 0L);
    }

    int mostInFlight(ServiceInstance server) {
        return mostInFlight.getOrDefault(server, 0);
    }

    double share(ServiceInstance server) {
        return (double) picks(server)
                / picks.values().stream().mapToLong(Long::longValue).sum();
    }

    private void call() {
        Lease lease = balancer.acquire();
        ServiceInstance server = lease.instance();
        picks.merge(server, 1L, Long::sum);
        mostInFlight.merge(server, balancer.snapshot().instance(server.id()).inFlight(), Math::max);
        Behaviour behaviour = servers.get(server);
        clock.schedule(
                () -> {
                    lease.end(behaviour.outcome);
                    call();
                },
                behaviour.time.multipliedBy(90 + random.nextInt(21)).dividedBy(100));
    }

    @Override
    public void close() {
        balancer.close();
    }
}
