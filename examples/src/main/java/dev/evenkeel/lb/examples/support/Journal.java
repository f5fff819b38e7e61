package dev.evenkeel.lb.examples.support;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.observe.PoolSnapshot;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Where everything is written down while it happens. Calls may be added by any thread, the rest by one. */
public final class Journal {

    private final long begun = System.nanoTime();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final Map<String, Long> downAt = new ConcurrentHashMap<>();
    private final Map<String, Map<Stage, PoolSnapshot>> pools = new ConcurrentHashMap<>();
    private String killed = "";
    private long killedAt;

    /** A call has ended. */
    public void add(Call call) {
        calls.add(call);
    }

    /** A server is about to be killed. */
    public void kills(String server) {
        killed = server;
        killedAt = System.nanoTime();
    }

    /** The killed server is not in the pool of this service any more. Counts the first time. */
    public void isDown(String service) {
        downAt.putIfAbsent(service, System.nanoTime());
    }

    /** A stage is over, and no call is in flight. */
    public void endOf(Stage stage, List<LoadBalancer> balancers) {
        for (LoadBalancer balancer : balancers) {
            pools.computeIfAbsent(balancer.serviceName(), service -> new EnumMap<>(Stage.class))
                    .put(stage, balancer.snapshot());
        }
    }

    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    public Facts facts() {
        return new Facts(List.copyOf(calls), killed, killedAt, downAt, pools, elapsed());
    }
}
