package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdaptiveConfigTest {

    private final AdaptiveConfig config = AdaptiveConfig.defaults();

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.000999999S", "PT1H0.000000001S"})
    void refusesTimesThatAreTooShortOrTooLong(Duration time) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.memory(time))
                .withMessage("memory: " + time + " (expected: PT0.001S..PT1H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.failureHalfTime(time))
                .withMessage("failureHalfTime: " + time + " (expected: PT0.001S..PT1H)");
    }

    @Test
    void refusesNoTime() {
        assertThatNullPointerException().isThrownBy(() -> config.memory(null)).withMessage("memory");
        assertThatNullPointerException()
                .isThrownBy(() -> config.failureHalfTime(null))
                .withMessage("failureHalfTime");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 0.51, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesToExploreLessThanNeverOrMoreThanHalf(double share) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.exploration(share))
                .withMessage("exploration: " + share + " (expected: 0..0.5)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0, -1, 257, Integer.MAX_VALUE})
    void refusesSamplesOfOneOrOfMoreThanAreScanned(int count) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.samples(count))
                .withMessage("samples: " + count + " (expected: 2..256)");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.NEGATIVE_INFINITY})
    void refusesToVaryByLessThanNothingOrMoreThanAll(double share) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.jitter(share))
                .withMessage("jitter: " + share + " (expected: 0..1)");
    }

    @Test
    void changesOneThingAtATime() {
        AdaptiveConfig changed = config.memory(Duration.ofMillis(1))
                .failureHalfTime(Duration.ofHours(1))
                .exploration(0.5)
                .samples(2)
                .jitter(0);
        assertThat(changed.memory()).isEqualTo(Duration.ofMillis(1));
        assertThat(changed.failureHalfTime()).isEqualTo(Duration.ofHours(1));
        assertThat(changed.exploration()).isEqualTo(0.5);
        assertThat(changed.samples()).isEqualTo(2);
        assertThat(changed.jitter()).isZero();
        assertThat(config.memory()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.failureHalfTime()).isEqualTo(Duration.ofMillis(2_500));
        assertThat(config.exploration()).isEqualTo(0.01);
        assertThat(config.samples()).isEqualTo(16);
        assertThat(config.jitter()).isEqualTo(0.1);
    }
}
