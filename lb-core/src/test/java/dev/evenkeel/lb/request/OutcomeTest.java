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
        assertThat(Outcome.localFault().kind()).isEqualTo(Outcome.Kind.LOCAL_FAULT);
    }

    @Test
    void knowsWhetherTimeWasUp() {
        assertThat(Outcome.timedOut().kind()).isEqualTo(Outcome.Kind.FAILED);
        assertThat(Outcome.timedOut().isTimeout()).isTrue();
        assertThat(Outcome.connectTimedOut().kind()).isEqualTo(Outcome.Kind.NEVER_REACHED);
        assertThat(Outcome.connectTimedOut().isTimeout()).isTrue();
        assertThat(Outcome.failed().isTimeout()).isFalse();
        assertThat(Outcome.timedOut()).isNotEqualTo(Outcome.failed()).hasToString("FAILED (time-out)");
    }

    @Test
    void knowsWhatMayBeAFaultOfTheAddress() {
        assertThat(Outcome.unaddressable().kind()).isEqualTo(Outcome.Kind.LOCAL_FAULT);
        assertThat(Outcome.unaddressable().isOfTheAddress()).isTrue();
        assertThat(Outcome.localFault().isOfTheAddress()).isFalse();
        assertThat(Outcome.unaddressable()).isNotEqualTo(Outcome.localFault()).hasToString("LOCAL_FAULT (address)");
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
