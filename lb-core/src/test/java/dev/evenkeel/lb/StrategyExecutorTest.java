package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a strategy does beside its selectors. */
class StrategyExecutorTest {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final AtomicInteger ran = new AtomicInteger();

    private final LoadBalancingStrategy first = candidates -> {
        candidates.executor().execute(() -> {
            ran.incrementAndGet();
            throw new IllegalStateException("made up");
        });
        return request -> candidates.get(0);
    };

    @Test
    void runsOnTheExecutorOfTheBalancerAndMayFail() {
        try (LoadBalancer balancer = balancer()) {
            assertThat(ran).hasValue(0);
            Runnable task = tasks.remove();
            assertThatCode(task::run).doesNotThrowAnyException();
            assertThat(ran).hasValue(1);
            balancer.acquire().succeeded();
        }
    }

    @Test
    void doesNotRunAfterTheClose() {
        balancer().close();
        tasks.forEach(Runnable::run);
        assertThat(ran).hasValue(0);
    }

    private LoadBalancer balancer() {
        return LoadBalancer.builder("orders")
                .instances("10.0.0.1:80")
                .strategy(first)
                .executor(tasks::add)
                .build();
    }
}
