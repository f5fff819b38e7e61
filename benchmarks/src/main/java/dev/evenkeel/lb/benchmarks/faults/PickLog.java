package dev.evenkeel.lb.benchmarks.faults;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.benchmarks.simulator.Shunned;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When servers were picked, to a few milliseconds, as the pool shows it. For one thread. */
final class PickLog {

    private static final int STEP_MILLIS = 5;

    private final LoadBalancer balancer;
    private final List<String> ids;
    private final Map<String, Long> known = new HashMap<>();
    private final Map<String, List<Long>> picks = new HashMap<>();
    private final long begin = System.nanoTime();
    private long end = begin;

    private PickLog(LoadBalancer balancer, List<String> ids) {
        this.balancer = balancer;
        this.ids = ids;
        look();
        picks.values().forEach(List::clear); // those of before
    }

    /** Looks until this time. */
    static PickLog until(long begun, int millis, LoadBalancer balancer, List<String> ids) {
        PickLog log = new PickLog(balancer, ids);
        int now = (int) ((log.begin - begun) / 1_000_000);
        for (int next = now + STEP_MILLIS; next < millis; next += STEP_MILLIS) {
            FaultRun.await(begun, next);
            log.look();
        }
        FaultRun.await(begun, millis);
        log.look();
        return log;
    }

    private void look() {
        end = System.nanoTime();
        for (String id : ids) {
            long count =
                    balancer.snapshot().find(id).map(InstanceSnapshot::picks).orElse(0L);
            for (long more = count - known.getOrDefault(id, 0L); more > 0; more--) {
                picks.computeIfAbsent(id, first -> new ArrayList<>()).add(end);
            }
            known.put(id, count);
        }
    }

    /** After how many milliseconds the last of the servers was shunned. */
    double millisUntilShunned(double fairPerSecond) {
        return ids.stream()
                        .mapToDouble(id -> Shunned.nanos(
                                picks.getOrDefault(id, List.of()).stream()
                                        .mapToLong(Long::longValue)
                                        .toArray(),
                                begin,
                                end,
                                fairPerSecond))
                        .max()
                        .orElse(0)
                / 1e6;
    }
}
