package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sources that are away for an hour or a month: calls go on, nothing piles up, and the log can be read. */
class FailingSourceTest {

    private final VirtualClock clock = new VirtualClock();
    private boolean failing;
    private int questions;
    private final List<WeakReference<IOException>> failures = new ArrayList<>();

    @AfterEach
    void leavesNothingBehind() {
        assertThat(clock.pendingTasks()).isZero();
    }

    private LoadBalancer polling() {
        return TestBalancers.builder(clock)
                .source(InstanceSource.polling(this::lookUp, Duration.ofSeconds(5)))
                .build();
    }

    private List<ServiceInstance> lookUp(String serviceName) throws IOException {
        questions++;
        if (failing) {
            IOException failure = new IOException("failure " + questions); // each one another, as with ids of requests
            failures.add(new WeakReference<>(failure));
            throw failure;
        }
        return List.of(ONE, TWO);
    }

    private static void call(LoadBalancer balancer) {
        try (Lease lease = balancer.acquire()) {
            lease.succeeded();
        }
    }

    @Test
    void aMonthWithoutTheSourceCostsNothing() {
        LoadBalancer orders = polling();
        failing = true;
        try (CapturedLog log = CapturedLog.start()) {
            for (int hour = 1; hour <= 30 * 24; hour++) {
                clock.advance(Duration.ofHours(1));
                call(orders);
                assertThat(clock.pendingTasks()).isLessThanOrEqualTo(2);
            }
            assertThat(log.lines()).hasSizeLessThan(10 + 30 * 24 + 1);
        }
        assertThat(questions).isBetween(30 * 24 * 30, 30 * 24 * 60);
        PoolSnapshot snapshot = orders.snapshot();
        assertThat(snapshot.instances()).hasSize(2);
        assertThat(snapshot.listAge().orElseThrow())
                .isBetween(Duration.ofDays(30), Duration.ofDays(30).plusSeconds(6));
        assertThat(snapshot.sourceFailure())
                .hasValueSatisfying(why ->
                        assertThat(why).startsWith("IOException: failure ").hasSizeLessThan(300));
        failing = false;
        clock.advance(Duration.ofMinutes(2));
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
        Eventually.until("no failure is kept in memory", () -> {
            System.gc();
            return failures.stream().allMatch(failure -> failure.get() == null);
        });
        orders.close();
    }

    @Test
    void aListIsRefreshedHoweverManyCallsThereAre() {
        List<ServiceInstance> now = new ArrayList<>(List.of(ONE));
        LoadBalancer orders = TestBalancers.builder(clock)
                .source(InstanceSource.polling(service -> List.copyOf(now), Duration.ofSeconds(5)))
                .build();
        for (int pause : new int[] {1, 1_000, 3_600_000}) { // in milliseconds
            now.set(0, now.get(0).equals(ONE) ? TWO : ONE);
            for (int waited = 0; waited < 6_000; waited += pause) {
                clock.advance(Duration.ofMillis(pause));
                call(orders);
            }
            assertThat(orders.acquire().instance()).isEqualTo(now.get(0));
        }
        orders.close();
    }

    @Test
    void anHourWithoutTheSourceIsLessThanSixtyQuestions() {
        LoadBalancer orders = polling();
        failing = true;
        questions = 0;
        clock.advance(Duration.ofHours(1));
        assertThat(questions).isLessThan(60);
        orders.close();
    }

    @Test
    void aSourceThatCannotEvenBeSubscribedToIsTriedLessThanSixtyTimesAnHour() {
        int[] attempts = {0};
        LoadBalancer orders = TestBalancers.builder(clock)
                .source(sink -> {
                    attempts[0]++;
                    throw new IllegalStateException("failure " + attempts[0]);
                })
                .build();
        try (CapturedLog log = CapturedLog.start()) {
            clock.advance(Duration.ofHours(1));
            assertThat(attempts[0]).isLessThan(60);
            clock.advance(Duration.ofDays(3));
            assertThat(log.lines()).hasSizeLessThan(10 + 3 * 24 + 2);
        }
        orders.close();
    }

    @Test
    void aSourceThatComesAndGoesIsNotLoggedEachTime() {
        LoadBalancer orders = polling();
        try (CapturedLog log = CapturedLog.start()) {
            for (int i = 0; i < 2_000; i++) {
                failing = !failing;
                clock.advance(Duration.ofSeconds(10));
                call(orders);
            }
            assertThat(log.lines()).hasSizeLessThan(2 * (10 + 6 + 1));
        }
        orders.close();
    }

    /** What it says after the end, of a call that took its time, is nobody's business any more. */
    @Test
    void aSourceThatFailsAfterTheEndIsNotHeard() {
        LoadBalancer[] orders = new LoadBalancer[1];
        orders[0] = TestBalancers.builder(clock)
                .source(sink -> {
                    if (orders[0] != null) {
                        orders[0].close();
                    }
                    throw new IllegalStateException(orders[0] == null ? "at first" : "after the end");
                })
                .build();
        try (CapturedLog log = CapturedLog.start()) {
            clock.advance(Duration.ofSeconds(1));
            assertThat(log.lines()).isEmpty();
        }
        assertThat(orders[0].snapshot().sourceFailure()).contains("IllegalStateException: at first");
    }

    @Test
    void subscribesAgainThoughTheExecutorRefusedItMeanwhile() {
        boolean[] full = {false};
        ScriptedSource source = new ScriptedSource();
        source.failNextSubscription(new IllegalStateException("expected"));
        LoadBalancer orders = TestBalancers.builder(clock)
                .source(source)
                .executor(task -> {
                    if (full[0]) {
                        throw new RejectedExecutionException("full");
                    }
                    task.run();
                })
                .build();
        full[0] = true;
        clock.advance(Duration.ofSeconds(10));
        assertThat(orders.snapshot().sourceFailure()).contains("RejectedExecutionException: full");
        full[0] = false;
        clock.advance(Duration.ofSeconds(30));
        source.deliver(ONE);
        call(orders);
        orders.close();
    }
}
