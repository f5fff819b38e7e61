package dev.evenkeel.lb.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    @Test
    void hasOneFactoryForEachKind() {
        assertThat(Outcome.success().kind()).isEqualTo(Outcome.Kind.SUCCESS);
        assertThat(Outcome.neverReached().kind()).isEqualTo(Outcome.Kind.NEVER_REACHED);
        assertThat(Outcome.failed().kind()).isEqualTo(Outcome.Kind.FAILED);
        assertThat(Outcome.overloaded().kind()).isEqualTo(Outcome.Kind.OVERLOADED);
        assertThat(Outcome.cancelled().kind()).isEqualTo(Outcome.Kind.CANCELLED);
    }

    @Test
    void knowsWhenToComeBack() {
        assertThat(Outcome.overloaded(Duration.ofSeconds(3)).retryAfter()).contains(Duration.ofSeconds(3));
        assertThat(Outcome.overloaded().retryAfter()).isEmpty();
        assertThat(Outcome.overloaded(Duration.ofSeconds(3)))
                .isEqualTo(Outcome.overloaded(Duration.ofSeconds(3)))
                .isNotEqualTo(Outcome.overloaded())
                .hasToString("OVERLOADED (retry after PT3S)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Outcome.overloaded(Duration.ofSeconds(-1)))
                .withMessage("retryAfter: PT-1S (expected: >= 0)");
    }
}
