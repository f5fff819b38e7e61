package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A client with something wrong of its own, in virtual time: 250 calls a second come at their times, whatever became of those
 * before, and go to five servers in turn, which answer after 5 ms, the first one after 150 ms. The client gives a call up after
 * 250 ms, and an answer that it finds later than that comes too late, as with timers that fire first.
 *
 * <p>Without the guard, the client reports what it sees as one did that does not know of faults of its own.
 */
final class FaultyClient implements AutoCloseable {

    static final List<ServiceInstance> SERVERS = IntStream.rangeClosed(1, 5)
            .mapToObj(i -> ServiceInstance.of("10.0.0." + i, 80))
            .toList();

    private static final Duration BETWEEN_CALLS = Duration.ofMillis(4);
    private static final Duration SLOW = Duration.ofMillis(150);
    private static final Duration FAST = Duration.ofMillis(5);
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final VirtualClock clock = new VirtualClock();
    private final boolean guarded;
    private final LoadBalancer balancer;
    private final Random random = new Random(7);
    private final Set<ServiceInstance> crashed = new HashSet<>();
    private final Set<ServiceInstance> frozen = new HashSet<>();
    private final Set<ServiceInstance> withoutPort = new HashSet<>();
    private Duration patience = Duration.ofMillis(250);
    private boolean withoutFiles;
    private double poisonous;
    private long nextCall;

    /** When each was ejected for the first time since {@link #forgetEjections}. */
    private final Map<ServiceInstance, Long> ejected = new HashMap<>();

    private long since;

    FaultyClient(boolean guarded) {
        this.guarded = guarded;
        this.balancer = TestBalancers.builder(clock)
                .instances(SERVERS)
                .strategy(Strategies.roundRobin())
                .noticesPauses(guarded)
                .listener(new LoadBalancerListener() {
                    @Override
                    public void ejected(String service, ServiceInstance instance, Duration time, String reason) {
                        ejected.putIfAbsent(instance, clock.nanos());
                    }
                })
                .build();
        this.nextCall = clock.nanos();
        clock.schedule(this::call, Duration.ZERO);
        run(1_000);
    }

    private void call() {
        nextCall += BETWEEN_CALLS.toNanos();
        clock.schedule(this::call, Duration.ofNanos(nextCall - clock.nanos()));
        Lease lease = balancer.acquire();
        ServiceInstance server = lease.instance();
        if (withoutFiles) {
            lease.end(guarded ? Outcome.localFault() : Outcome.neverReached());
        } else if (withoutPort.contains(server)) {
            lease.end(guarded ? Outcome.unaddressable() : Outcome.neverReached());
        } else if (crashed.contains(server)) {
            clock.schedule(() -> lease.end(Outcome.neverReached()), AT_ONCE);
        } else {
            long begun = clock.nanos();
            Duration limit = patience;
            clock.schedule(() -> lease.end(timedOut()), limit);
            if (!frozen.contains(server)) {
                clock.schedule(
                        () -> answered(lease, clock.nanos() - begun >= limit.toNanos()),
                        server.equals(SERVERS.get(0)) ? SLOW : FAST);
            }
        }
    }

    private void answered(Lease lease, boolean late) {
        if (crashed.contains(lease.instance())) {
            lease.end(Outcome.failed()); // reset
        } else if (late) {
            lease.end(timedOut());
        } else {
            lease.end(random.nextDouble() < poisonous ? Outcome.failed() : Outcome.success());
        }
    }

    private Outcome timedOut() {
        return guarded ? Outcome.timedOut() : Outcome.failed();
    }

    void run(long millis) {
        clock.advance(Duration.ofMillis(millis));
    }

    void stop(long millis) {
        clock.standStill(Duration.ofMillis(millis));
    }

    /** The threads run only now and then. */
    void starve(long millis, long step) {
        for (long done = 0; done < millis; done += step) {
            stop(step);
        }
    }

    void crash(ServiceInstance server) {
        crashed.add(server);
    }

    void freeze(ServiceInstance server) {
        frozen.add(server);
    }

    void files(boolean anyLeft) {
        withoutFiles = !anyLeft;
    }

    void noPortFor(ServiceInstance server) {
        withoutPort.add(server);
    }

    void patience(long millis) {
        patience = Duration.ofMillis(millis);
    }

    /** So many calls fail wherever they go. */
    void poison(double share) {
        poisonous = share;
    }

    /** From now on it counts who is ejected, and when. */
    void forgetEjections() {
        ejected.clear();
        since = clock.nanos();
    }

    /** How many were ejected. */
    int ejections() {
        return ejected.size();
    }

    /** How many were ejected of those that are well. */
    int wrongEjections() {
        return (int) ejected.keySet().stream()
                .filter(server -> !crashed.contains(server) && !frozen.contains(server))
                .count();
    }

    /** After how many milliseconds this server was ejected; -1 if it was not. */
    long ejectedAfter(ServiceInstance server) {
        Long when = ejected.get(server);
        return when == null ? -1 : Duration.ofNanos(when - since).toMillis();
    }

    long localFaults() {
        return balancer.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(Outcome.Kind.LOCAL_FAULT))
                .sum();
    }

    LoadBalancer balancer() {
        return balancer;
    }

    @Override
    public void close() {
        balancer.close();
    }
}
