package dev.evenkeel.lb.benchmarks.faults;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Pattern;

/** One of the balanced clients, set up alike. */
interface Client extends AutoCloseable {

    Duration CONNECT_TIMEOUT = Duration.ofMillis(200);
    Duration CALL_TIMEOUT = Duration.ofSeconds(2);
    RetryPolicy RETRIES =
            RetryPolicy.builder().attemptTimeout(Duration.ofMillis(250)).build();

    /** Fails unless the whole answer is there. */
    CompletableFuture<?> call(String method);

    @Override
    void close();

    /**
     * What makes one.
     *
     * @param name of the client
     * @param faults in whose name this is found are worth a look
     * @param sendsTwice whether it is known to send a call again by itself where the connection is lost
     * @param probe that asks at {@code /health}
     * @param client for a balancer of the service {@code orders}
     */
    record Kind(
            String name,
            Pattern faults,
            boolean sendsTwice,
            HealthProbe probe,
            Function<LoadBalancer, Client> client) {}
}
