package dev.evenkeel.lb.examples.support;

import dev.evenkeel.lb.observe.PoolSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has been written down of one run.
 *
 * @param calls every call that was made
 * @param killed the server that was killed and revived
 * @param killedAt just before it was killed, by the clock of the JVM
 * @param downAt for each service, just after its pool was seen without the killed server
 * @param pools for each service, its pool at the end of each stage, when no call was in flight
 * @param took how long all of it took
 */
public record Facts(
        List<Call> calls,
        String killed,
        long killedAt,
        Map<String, Long> downAt,
        Map<String, Map<Stage, PoolSnapshot>> pools,
        Duration took) {

    /** The calls of one service in one stage. */
    List<Call> calls(String service, Stage stage) {
        return calls.stream()
                .filter(call -> call.service().equals(service) && call.stage() == stage)
                .toList();
    }

    /** The pool of a service at the end of a stage; empty if the run did not get there. */
    Optional<PoolSnapshot> pool(String service, Stage stage) {
        return Optional.ofNullable(pools.getOrDefault(service, Map.of()).get(stage));
    }
}
