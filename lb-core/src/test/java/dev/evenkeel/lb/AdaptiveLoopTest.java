package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.ClosedLoop.Behaviour;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.strategy.Strategies;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the adaptive strategy does with five servers and ten clients, minute by minute, the same way every time. */
class AdaptiveLoopTest {

    private static final int CLIENTS = 10;

    private static final List<ServiceInstance> SERVERS = IntStream.rangeClosed(1, 5)
            .mapToObj(i -> ServiceInstance.of("10.0.0." + i, 80))
            .toList();

    private static final ServiceInstance ONE = SERVERS.get(0);

    private final ClosedLoop loop = new ClosedLoop(Strategies.adaptive());

    @BeforeEach
    void allAnswerInTenMilliseconds() {
        SERVERS.forEach(server -> loop.set(server, Behaviour.answersIn(10)));
        loop.start(CLIENTS);
        loop.run(Duration.ofSeconds(10));
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void sharesOutEvenlyAmongEquals() {
        loop.run(Duration.ofSeconds(20));
        assertThat(SERVERS).allSatisfy(server -> assertThat(loop.share(server)).isBetween(0.17, 0.23));
        assertThat(snapshot().latency()).isBetween(Duration.ofMillis(9), Duration.ofMillis(11));
        assertThat(snapshot().failuresInARow()).isZero();
        assertThat(snapshot().isOnProbation()).isFalse();
    }

    @Test
    void givesASlowOneLess() {
        loop.set(ONE, Behaviour.answersIn(100));
        loop.run(Duration.ofSeconds(5));
        loop.run(Duration.ofSeconds(20));
        assertThat(loop.share(ONE)).isBetween(0.001, 0.04);
    }

    @Test
    void isNotDrawnToOneThatFailsFast() {
        loop.set(ONE, Behaviour.failsIn(1));
        loop.run(Duration.ofSeconds(30));
        assertThat(loop.share(ONE)).isLessThan(0.01);
        assertThat(loop.picks(ONE)).isPositive();
    }

    /** But for those that it had before anybody could know, and one every two seconds. */
    @Test
    void givesNoMoreCallsToOneThatHangs() {
        loop.set(ONE, Behaviour.failsIn(5_000));
        loop.run(Duration.ofMillis(500));
        assertThat(loop.picks(ONE)).isBetween(1L, 4L);
        loop.run(Duration.ofMillis(3_500));
        assertThat(loop.picks(ONE)).isLessThanOrEqualTo(2);
        assertThat(snapshot().waiting()).isBetween(Duration.ofMillis(3_900), Duration.ofSeconds(4));
        loop.run(Duration.ofSeconds(60));
        assertThat(loop.share(ONE)).isLessThan(0.001);
    }

    @Test
    void comesBackToOneThatHasRecovered() {
        loop.set(ONE, Behaviour.failsIn(1));
        loop.run(Duration.ofSeconds(60));
        loop.set(ONE, Behaviour.answersIn(10));
        loop.run(Duration.ofSeconds(40));
        loop.run(Duration.ofSeconds(20));
        assertThat(loop.share(ONE)).isBetween(0.15, 0.25);
    }

    @Test
    void comesBackToOneThatHasHung() {
        loop.set(ONE, Behaviour.answersIn(5_000));
        loop.run(Duration.ofSeconds(60));
        loop.set(ONE, Behaviour.answersIn(10));
        loop.run(Duration.ofSeconds(20));
        loop.run(Duration.ofSeconds(20));
        assertThat(loop.share(ONE)).isBetween(0.15, 0.25);
    }

    @Test
    void triesANewcomerWithOneCallAtATimeFirst() {
        ServiceInstance newcomer = ServiceInstance.of("10.0.0.6", 80);
        loop.set(newcomer, Behaviour.answersIn(1_000));
        loop.run(Duration.ofMillis(850));
        assertThat(loop.picks(newcomer)).isEqualTo(1);
        assertThat(loop.balancer.snapshot().instance(newcomer.id()).isOnProbation())
                .isTrue();
        loop.set(newcomer, Behaviour.answersIn(10));
        loop.run(Duration.ofSeconds(10));
        loop.run(Duration.ofSeconds(20));
        assertThat(loop.share(newcomer)).isBetween(0.13, 0.20);
        assertThat(loop.balancer.snapshot().instance(newcomer.id()).isOnProbation())
                .isFalse();
    }

    @Test
    void keepsGoingWhenAllFail() {
        SERVERS.forEach(server -> loop.set(server, Behaviour.failsIn(10)));
        loop.run(Duration.ofSeconds(20));
        loop.run(Duration.ofSeconds(20));
        assertThat(SERVERS).allSatisfy(server -> assertThat(loop.share(server)).isBetween(0.1, 0.3));
        SERVERS.forEach(server -> loop.set(server, Behaviour.answersIn(10)));
        loop.run(Duration.ofSeconds(60));
        loop.run(Duration.ofSeconds(20));
        assertThat(SERVERS).allSatisfy(server -> assertThat(loop.share(server)).isBetween(0.15, 0.25));
    }

    private InstanceSnapshot snapshot() {
        return loop.balancer.snapshot().instance(ONE.id());
    }
}
