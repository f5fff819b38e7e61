package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.OutlierConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EjectionHistoryTest {

    /** The readings of a clock overflow. */
    private static final long START = Long.MAX_VALUE - 1_000;

    private final EjectionHistory history = new EjectionHistory(OutlierConfig.defaults());
    private Duration time = Duration.ZERO;

    @Test
    void doublesWithEachFailureUpToABound() {
        assertThat(ejected()).isEqualTo(Duration.ofSeconds(5));
        assertThat(ejected()).isEqualTo(Duration.ofSeconds(10));
        assertThat(ejected()).isEqualTo(Duration.ofSeconds(20));
        for (int i = 0; i < 100; i++) {
            ejected();
        }
        assertThat(ejected()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void doublesAlsoWhenItHasBeenBackForLessThanAMinute() {
        ejected();
        returned();
        pass(Duration.ofSeconds(59));
        assertThat(ejected()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void halvesWithEachMinuteOfGoodBehaviour() {
        for (int i = 0; i < 4; i++) {
            ejected();
        }
        returned();
        pass(Duration.ofSeconds(130));
        assertThat(ejected()).isEqualTo(Duration.ofSeconds(20));
        returned();
        pass(Duration.ofHours(1));
        assertThat(ejected()).isEqualTo(Duration.ofSeconds(5));
        assertThat(history.isRepeated()).isFalse();
    }

    /** A clock that goes back is broken; it is only not to make things worse. */
    @Test
    void isNoLongerBecauseTheClockWentBack() {
        ejected();
        pass(Duration.ofHours(1));
        returned();
        pass(Duration.ofHours(-1));
        assertThat(ejected()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void lastsAtLeastTenSecondsTheSecondTime() {
        EjectionHistory shortOnes = new EjectionHistory(
                OutlierConfig.builder().baseTime(Duration.ofMillis(100)).build());
        assertThat(shortOnes.ejected(0, 0)).isEqualTo(Duration.ofMillis(100).toNanos());
        assertThat(shortOnes.ejected(0, 0)).isEqualTo(Duration.ofSeconds(10).toNanos());
        assertThat(shortOnes.isRepeated()).isTrue();
    }

    @Test
    void isLongerByUpToATenthAtRandom() {
        assertThat(history.ejected(START, 1)).isEqualTo(Duration.ofMillis(5_500).toNanos());
    }

    private Duration ejected() {
        return Duration.ofNanos(history.ejected(START + time.toNanos(), 0));
    }

    private void returned() {
        history.returned(START + time.toNanos());
    }

    private void pass(Duration more) {
        time = time.plus(more);
    }
}
