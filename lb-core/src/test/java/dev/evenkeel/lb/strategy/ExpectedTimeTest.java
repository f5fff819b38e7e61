package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.FakeCandidate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** In milliseconds, where a typical call takes 10. */
class ExpectedTimeTest {

    private static final long NOW = Long.MIN_VALUE + 5; // the clock has just overflowed
    private static final double TYPICAL = 10e6;

    private final ExpectedTime expectedTime = new ExpectedTime(AdaptiveConfig.defaults());
    private final FakeCandidate candidate = new FakeCandidate(ServiceInstance.of("10.0.0.1:80"));

    // the examples of its description

    @Test
    void growsWithTheCallsInFlight() {
        answersIn(10).inFlight(3);
        assertThat(time()).isEqualTo(40);
    }

    @Test
    void isTheLatencyOfAnIdleOne() {
        answersIn(50);
        assertThat(time()).isEqualTo(50);
    }

    @Test
    void isThatOfSeveralTriesForOneThatHasFailed() {
        answersIn(10).failures(1.0 / 3, 1, NOW);
        assertThat(time()).isCloseTo(130, within(1e-9));
    }

    // and the rest

    @Test
    void isDividedByTheWeight() {
        answersIn(10).inFlight(3);
        assertThat(expectedTime.of(candidate, 1 / 4.0, NOW, TYPICAL) / 1e6).isEqualTo(10);
    }

    @Test
    void isTypicalForOneThatHasNotAnswered() {
        assertThat(time()).isEqualTo(10);
        candidate.inFlight(1);
        assertThat(time()).isEqualTo(20);
    }

    @Test
    void isAtLeastWhatACallHasBeenWaitingForAlready() {
        candidate.waitingSince(NOW - millis(300)).inFlight(1);
        assertThat(time()).isEqualTo(600);
        answersIn(10);
        candidate.latency(Duration.ofMillis(10), NOW - millis(300));
        assertThat(time()).isEqualTo(600);
    }

    /** One that answers others meanwhile does not hang. */
    @Test
    void doesNotHoldALongCallAgainstOneThatAnswersOthers() {
        answersIn(10).waitingSince(NOW - millis(3_000)).inFlight(1);
        assertThat(time()).isEqualTo(20);
    }

    @Test
    void forgetsTheLatencyWithTime() {
        candidate.latency(Duration.ofMillis(100), NOW - millis(2_000));
        assertThat(time()).isCloseTo((100 + 10 * 1.5) / 2.5, within(1e-9));
        candidate.latency(Duration.ofMillis(100), NOW - millis(60_000));
        assertThat(time()).isCloseTo(10, within(0.3));
    }

    @Test
    void doublesWithEachFailureInARowUpToTwelve() {
        answersIn(10);
        double before = timeAfter(0, Duration.ZERO);
        for (int failures = 1; failures <= 12; failures++) {
            double time = timeAfter(failures, Duration.ZERO);
            assertThat(time + 50).as("with the price of the last one").isEqualTo(2 * (before + 50));
            before = time;
        }
        assertThat(timeAfter(13, Duration.ZERO)).isEqualTo(timeAfter(12, Duration.ZERO));
        assertThat(timeAfter(1_000_000, Duration.ZERO)).isEqualTo(timeAfter(12, Duration.ZERO));
    }

    @Test
    void halvesTheMistrustInEachHalfTime() {
        answersIn(10);
        assertThat(timeAfter(12, Duration.ofMillis(2_500))).isEqualTo(timeAfter(11, Duration.ZERO));
        assertThat(timeAfter(12, Duration.ofSeconds(30))).isEqualTo(timeAfter(0, Duration.ZERO));
        assertThat(timeAfter(12, Duration.ofDays(30))).isEqualTo(timeAfter(0, Duration.ZERO));
    }

    private double timeAfter(int failures, Duration sinceTheLast) {
        candidate.failures(0.5, failures, NOW - sinceTheLast.toNanos());
        return time();
    }

    private FakeCandidate answersIn(long millis) {
        return candidate.latency(Duration.ofMillis(millis), NOW);
    }

    private double time() {
        return expectedTime.of(candidate, 1, NOW, TYPICAL) / 1e6;
    }

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
