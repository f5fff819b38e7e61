package dev.evenkeel.lb.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class OutlierConfigTest {

    @Test
    void isOnUnlessItIsOff() {
        assertThat(OutlierConfig.defaults().isOn()).isTrue();
        assertThat(OutlierConfig.builder().build().isOn()).isTrue();
        assertThat(OutlierConfig.off().isOn()).isFalse();
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertRefuses(config -> config.neverReachedInARow(0), "neverReachedInARow: 0 (expected: >= 1)");
        assertRefuses(config -> config.failuresInARow(-1), "failuresInARow: -1 (expected: >= 1)");
        assertRefuses(config -> config.minCalls(0), "minCalls: 0 (expected: >= 1)");
        assertRefuses(config -> config.minAvailable(0), "minAvailable: 0 (expected: >= 1)");
        assertRefuses(config -> config.minFailureShare(-0.1), "minFailureShare: -0.1 (expected: 0..1)");
        assertRefuses(config -> config.maxEjectedShare(1.1), "maxEjectedShare: 1.1 (expected: 0..1)");
        assertRefuses(config -> config.panicShare(Double.NaN), "panicShare: NaN (expected: 0..1)");
        assertRefuses(config -> config.window(Duration.ZERO), "window: PT0S (expected: PT0.01S..PT24H)");
        assertRefuses(config -> config.baseTime(Duration.ofDays(2)), "baseTime: PT48H (expected: PT0.01S..PT24H)");
        assertRefuses(config -> config.maxTime(Duration.ZERO), "maxTime: PT0S (expected: PT0.01S..PT24H)");
        assertRefuses(
                config -> config.maxTime(Duration.ofSeconds(1)).build(),
                "baseTime: PT5S (expected: at most maxTime, PT1S)");
    }

    private static void assertRefuses(Consumer<OutlierConfig.Builder> setting, String message) {
        assertThatThrownBy(() -> setting.accept(OutlierConfig.builder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
