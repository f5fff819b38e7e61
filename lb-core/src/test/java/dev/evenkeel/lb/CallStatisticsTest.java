package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CallStatisticsTest {

    private static final long START = Long.MAX_VALUE - 1; // overflows at once

    private final CallStatistics statistics = new CallStatistics(InFlightLimit.NONE, () -> 0);
    private long now = START;

    @BeforeEach
    void theAverageIs100Milliseconds() {
        answered(100);
        assertThat(latency()).isEqualTo(100);
    }

    // the examples of its description

    @Test
    void takesATenthOfASampleRightAfterTheLastOne() {
        answered(200);
        assertThat(latency()).isEqualTo(110);
    }

    @Test
    void takesMoreOfASampleThatComesLater() {
        pass(Duration.ofSeconds(1));
        answered(200);
        assertThat(latency()).isEqualTo(160);
    }

    @Test
    void takesThreeTenthsOfASampleThatStandsOut() {
        answered(400);
        assertThat(latency()).isEqualTo(190);
    }

    // and the rest

    @Test
    void takesNearlyAllOfASampleAfterALongTime() {
        pass(Duration.ofHours(1));
        answered(3);
        assertThat(latency()).isEqualTo(3);
    }

    @Test
    void isTaughtNothingByAFastFailure() {
        statistics.failedUnanswered(millis(1), now);
        statistics.failedUnanswered(millis(100), now);
        assertThat(latency()).isEqualTo(100);
    }

    @Test
    void isTaughtBySlowFailures() {
        statistics.failedUnanswered(millis(200), now);
        assertThat(latency()).isEqualTo(110);
    }

    @Test
    void knowsNoLatencyFromFailuresAlone() {
        CallStatistics fresh = new CallStatistics(InFlightLimit.NONE, () -> 0);
        fresh.failedUnanswered(millis(500), now);
        fresh.failed(now);
        assertThat(fresh.latencyNanos()).isZero();
        assertThat(fresh.answers()).isZero();
    }

    @Test
    void knowsNoFailuresWithoutOne() {
        statistics.answered(millis(100), now);
        assertThat(statistics.isFailing()).isFalse();
        assertThat(statistics.failureShare(now)).isZero();
    }

    @Test
    void assumesTwoSuccessesBesidesTheFirstFailure() {
        CallStatistics fresh = new CallStatistics(InFlightLimit.NONE, () -> 0);
        fresh.failed(now);
        assertThat(fresh.failureShare(now)).isCloseTo(1.0 / 3, within(1e-9));
        assertThat(fresh.lastFailureNanos()).isEqualTo(now);
    }

    @Test
    void setsTheFirstFailureAgainstTheAnswersBeforeButNotAgainstAll() {
        for (int i = 1; i < 40; i++) {
            answered(100);
        }
        statistics.failed(now);
        assertThat(statistics.failureShare(now)).isCloseTo(1.0 / 43, within(1e-9));
        statistics.forgive();
        for (int i = 0; i < 400; i++) {
            answered(100);
        }
        statistics.failed(now);
        assertThat(statistics.failureShare(now)).isCloseTo(1.0 / 103, within(1e-9));
        statistics.failed(now);
        assertThat(statistics.failureShare(now)).isCloseTo(2.0 / 104, within(1e-9));
    }

    @Test
    void countsFailuresAgainstSuccesses() {
        CallStatistics fresh = new CallStatistics(InFlightLimit.NONE, () -> 0);
        for (int i = 0; i < 8; i++) {
            fresh.failed(now);
        }
        assertThat(fresh.failureShare(now)).isCloseTo(0.8, within(1e-9));
        for (int i = 0; i < 6; i++) {
            fresh.mend(now);
        }
        assertThat(fresh.failureShare(now)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void forgetsFailuresWithTime() {
        statistics.failed(now);
        double before = statistics.failureShare(now);
        for (int i = 0; i < 60; i++) {
            pass(Duration.ofSeconds(1));
            assertThat(statistics.failureShare(now)).isLessThan(before).isPositive();
            before = statistics.failureShare(now);
        }
        assertThat(before).isLessThan(0.03);
    }

    /** Afterwards it costs nothing any more. */
    @Test
    void hasNoFailuresAMinuteAfterTheLastOne() {
        statistics.failed(now);
        int seconds = 0;
        while (statistics.isFailing()) {
            pass(Duration.ofSeconds(1));
            statistics.mend(now);
            seconds++;
        }
        assertThat(seconds).isBetween(30, 60);
        assertThat(statistics.failureShare(now)).isZero();
    }

    private void answered(long millis) {
        statistics.answered(millis(millis), now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private long latency() {
        return Math.round(statistics.latencyNanos() / 1e6);
    }

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
