package dev.evenkeel.lb.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NotingBalancerTest {

    private static final RetryPolicy AT_ONCE =
            RetryPolicy.builder().backoff(Duration.ZERO, Duration.ZERO).build();

    @Test
    void tellsTheFirstAttemptOfACallFromFurtherOnes() throws Exception {
        try (NotingBalancer orders = new NotingBalancer(LoadBalancer.builder("orders")
                .instances("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80")
                .build())) {
            BalancedCall call = call(orders);
            assertThatIOException()
                    .isThrownBy(() -> call.execute(attempt -> {
                        throw new IOException("by the test");
                    }));
            assertThat(orders.failed()).extracting(NotingBalancer.Failed::first).containsExactly(true, false, false);
            assertThat(orders.failed())
                    .extracting(NotingBalancer.Failed::instanceId)
                    .doesNotHaveDuplicates();
            assertThat(call(orders).<String, IOException>execute(attempt -> "well"))
                    .isEqualTo("well");
            assertThat(orders.failed()).hasSize(3);
            assertThat(orders.snapshot().inFlight()).isZero();
        }
    }

    private static BalancedCall call(LoadBalancer orders) {
        return BalancedCall.to(orders).replay(Replay.ALWAYS).retries(AT_ONCE).build();
    }
}
