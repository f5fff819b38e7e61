package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StickyConfigTest {

    @ParameterizedTest
    @ValueSource(doubles = {0.9, 1, 0, -2, Double.NaN, Double.NEGATIVE_INFINITY})
    void refusesALoadBelowTheMean(double factor) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StickyConfig.builder().maxLoad(factor))
                .withMessage("maxLoad: " + factor + " (expected: more than 1)");
    }

    @Test
    void hasAWordOfItsOwnForNoBound() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StickyConfig.builder().maxLoad(Double.POSITIVE_INFINITY))
                .withMessage("maxLoad: Infinity (expected: finite, or unboundedLoad())");
        assertThat(StickyConfig.builder().unboundedLoad().build()).hasToString("unbounded load");
    }

    @Test
    void refusesASecretOfTheWrongLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StickyConfig.builder().secret(new byte[8]))
                .withMessage("secret: 8 bytes (expected: 16 bytes)");
        assertThatNullPointerException()
                .isThrownBy(() -> StickyConfig.builder().secret(null))
                .withMessage("secret");
    }

    @Test
    void doesNotDiscloseTheSecret() {
        assertThat(StickyConfig.builder()
                        .secret("0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                        .maxLoad(2)
                        .build())
                .hasToString("maxLoad=2.0");
    }
}
