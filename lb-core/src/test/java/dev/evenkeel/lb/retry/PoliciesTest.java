package dev.evenkeel.lb.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PoliciesTest {

    private static final Duration MILLI = Duration.ofMillis(1);

    @Test
    void defaultsAreThoseOfTheirSetters() {
        RetryPolicy policy = RetryPolicy.defaults();
        assertThat(policy.maxAttempts()).isEqualTo(5);
        assertThat(policy.attemptTimeout()).isEmpty();
        assertThat(policy.firstBackoff()).isEqualTo(Duration.ofMillis(25));
        assertThat(policy.maxBackoff()).isEqualTo(Duration.ofSeconds(1));
        assertThat(policy.maxRetryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(policy.isOnStatus(503)).isFalse();
        assertThat(RetryPolicy.off().maxAttempts()).isEqualTo(1);
        assertThat(policy.toBuilder().build()).isEqualTo(policy).hasSameHashCodeAs(policy);
        assertThat(policy).isNotEqualTo(RetryPolicy.off()).hasToString(policy.toString());
    }

    @Test
    void knowsTheStatusesThatAreBetterGotElsewhere() {
        RetryPolicy policy = RetryPolicy.builder().onStatus(502, 503, 504, 429).build();
        for (int status = 100; status < 600; status++) {
            assertThat(policy.isOnStatus(status)).isEqualTo(status == 429 || (status >= 502 && status <= 504));
        }
        assertThat(policy.toBuilder().build()).isEqualTo(policy).isNotEqualTo(RetryPolicy.defaults());
        assertThat(policy.toBuilder().onStatus().build()).isEqualTo(RetryPolicy.defaults());
    }

    @Test
    void refusesWhatMakesNoSense() {
        RetryPolicy.Builder builder = RetryPolicy.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxAttempts(0))
                .withMessage("maxAttempts: 0 (expected: 1..5)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.attemptTimeout(Duration.ZERO))
                .withMessageStartingWith("attemptTimeout: PT0S (expected: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .withMessage("first: PT2S (expected: at most longest, PT1S)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxRetryAfter(Duration.ofHours(1)))
                .withMessageStartingWith("maxRetryAfter: PT1H (expected: ");
        for (int status : new int[] {200, 404, 499, 600}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.onStatus(503, status))
                    .withMessage("status: " + status + " (expected: 429, 500..599)");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HedgePolicy.afterPercentile(Double.NaN))
                .withMessage("share: NaN (expected: 0.5..0.999)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HedgePolicy.after(Duration.ZERO))
                .withMessageStartingWith("delay: PT0S (expected: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HedgePolicy.defaults().between(MILLI.multipliedBy(2), MILLI))
                .withMessage("earliest: PT0.002S (expected: at most latest, PT0.001S)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HedgePolicy.after(MILLI).between(MILLI, MILLI))
                .withMessage("between: HedgePolicy[after PT0.001S] (expected: a percentile)");
    }

    @Property
    void pausesAreAnythingUpToALimitThatDoubles(
            @ForAll @IntRange(min = 1, max = Integer.MAX_VALUE) int failures, @ForAll long seed) {
        Duration pause = RetryPolicy.defaults().backoff(failures, new Random(seed));
        double limit = Math.min(25e6 * Math.pow(2, failures - 1.0), 1e9);
        assertThat(pause.toNanos()).isBetween(0L, (long) limit);
    }

    @Test
    void pausesUseTheWholeRange() {
        Random random = new Random(1);
        double sum = 0;
        for (int i = 0; i < 1000; i++) {
            sum += RetryPolicy.defaults().backoff(1, random).toNanos();
        }
        assertThat(sum / 1000).isBetween(11e6, 14e6);
    }

    @Test
    void hedgesGoByAPercentileWithinBounds() {
        HedgePolicy policy = HedgePolicy.defaults().between(MILLI, MILLI.multipliedBy(10));
        assertThat(policy.isOn()).isTrue();
        assertThat(policy.percentile()).hasValue(0.95);
        assertThat(policy.delay(Optional.empty())).isEmpty();
        assertThat(policy.delay(Optional.of(Duration.ofNanos(5)))).hasValue(MILLI);
        assertThat(policy.delay(Optional.of(Duration.ofMillis(5)))).hasValue(Duration.ofMillis(5));
        assertThat(policy.delay(Optional.of(Duration.ofSeconds(5)))).hasValue(Duration.ofMillis(10));
        assertThat(policy)
                .isEqualTo(HedgePolicy.afterPercentile(0.95).between(MILLI, MILLI.multipliedBy(10)))
                .isNotEqualTo(HedgePolicy.defaults());
    }

    @Test
    void hedgesGoByAFixedTimeOrNone() {
        assertThat(HedgePolicy.after(MILLI).delay(Optional.empty())).hasValue(MILLI);
        assertThat(HedgePolicy.after(MILLI).percentile()).isEmpty();
        assertThat(HedgePolicy.off().isOn()).isFalse();
        assertThat(HedgePolicy.off().delay(Optional.of(MILLI))).isEmpty();
    }
}
