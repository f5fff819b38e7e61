package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A clock on the wall that is set, and time that leaps, as it may when a machine has slept: neither upsets a pool. */
class LeapsOfTimeTest {

    private static final int SIZE = 10;

    private final VirtualClock clock = new VirtualClock();
    private long leapt;

    /** How many probes there were, by second. */
    private final Map<Long, Integer> probes = new TreeMap<>();

    private final HealthProbe probe = (instance, context) -> {
        probes.merge(clock.elapsed().toSeconds(), 1, Integer::sum);
        return CompletableFuture.completedFuture(ProbeResult.well());
    };

    private final LoadBalancer orders = TestBalancers.builder(clock)
            .instances(IntStream.range(0, SIZE)
                    .mapToObj(i -> ServiceInstance.of("10.0.0.1:" + (80 + i)))
                    .toList())
            .ticker(() -> clock.nanos() + leapt)
            .wallClock(() -> {
                throw new AssertionError("nobody needs to know what day it is");
            })
            .healthCheck(probe, ProbeConfig.defaults())
            .build();

    @AfterEach
    void leavesNothingBehind() {
        assertThat(orders.snapshot().inFlight()).isZero();
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void theClockOnTheWallHasNoSay() {
        eject();
        clock.advance(Duration.ofHours(2));
        call(Outcome.success());
        clock.runDue();
        assertThat(isOut()).isFalse();
    }

    @Test
    void whoIsOutIsTriedAgainAfterALeap() {
        eject();
        leap(Duration.ofHours(1));
        assertThat(orders.snapshot().instance("10.0.0.1:80").ejectionRemaining())
                .isZero();
        clock.advance(Duration.ofSeconds(6));
        call(Outcome.success());
        clock.runDue();
        assertThat(isOut()).isFalse();
    }

    @Test
    void whatIsInFlightIsStillThereAfterALeap() {
        Lease before = orders.acquire();
        leap(Duration.ofDays(1));
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        before.succeeded();
        orders.acquire().succeeded();
    }

    @Test
    void noStormOfProbesFollowsALeap() {
        clock.advance(Duration.ofSeconds(20));
        probes.clear();
        leap(Duration.ofHours(1));
        clock.advance(Duration.ofSeconds(10));
        assertThat(probes.values().stream().mapToInt(Integer::intValue).sum()).isLessThanOrEqualTo(3 * SIZE);
        assertThat(probes.values()).allMatch(inOneSecond -> inOneSecond <= SIZE / 2);
    }

    /** A clock that goes back is broken; it is only not to make things worse. */
    @Test
    void goesOnWhenTimeGoesBack() {
        eject();
        leap(Duration.ofHours(-1));
        for (int i = 0; i < 100; i++) {
            orders.acquire().succeeded();
        }
        clock.advance(Duration.ofSeconds(6));
        call(Outcome.success());
        clock.runDue();
        assertThat(isOut()).isFalse();
    }

    private void leap(Duration time) {
        leapt += time.toNanos();
    }

    private void eject() {
        call(Outcome.neverReached());
        call(Outcome.neverReached());
        clock.runDue();
        assertThat(isOut()).isTrue();
    }

    private void call(Outcome outcome) {
        orders.acquire(PickRequest.builder().only("10.0.0.1:80").build()).end(outcome);
    }

    private boolean isOut() {
        return orders.snapshot().instance("10.0.0.1:80").ejectionReason().isPresent();
    }
}
