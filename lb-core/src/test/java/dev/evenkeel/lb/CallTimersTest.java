package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.time.Cancellable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CallTimersTest {

    @Test
    void runsWhatIsNotCalledOff() {
        AtomicInteger ran = new AtomicInteger();
        Cancellable calledOff = CallTimers.INSTANCE.schedule(() -> ran.addAndGet(100), Duration.ofDays(1));
        calledOff.cancel();
        Cancellable done = CallTimers.INSTANCE.schedule(ran::incrementAndGet, Duration.ofMillis(-1));
        Eventually.until("it runs", () -> ran.get() == 1);
        done.cancel();
        assertThat(ran).hasValue(1);
    }

    @Test
    void timeOutsOfCallsOutliveTheBalancer() {
        LoadBalancer orders =
                LoadBalancer.builder("orders").instances("10.0.0.1:80").build();
        CompletableFuture<String> answer = BalancedCall.to(orders)
                .timeout(Duration.ofMillis(50))
                .build()
                .executeAsync(attempt -> {
                    orders.close();
                    return new CompletableFuture<>();
                });
        Eventually.until("time is up", answer::isDone);
        assertThat(answer).isCompletedExceptionally();
        assertThat(orders.snapshot().inFlight()).isZero();
    }
}
