package dev.evenkeel.lb.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.Outcome;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpOutcomesTest {

    @ParameterizedTest
    @CsvSource({
        "200, SUCCESS",
        "204, SUCCESS",
        "302, SUCCESS",
        "400, SUCCESS",
        "404, SUCCESS",
        "499, SUCCESS",
        "429, OVERLOADED",
        "503, OVERLOADED",
        "500, FAILED",
        "501, FAILED",
        "502, FAILED",
        "504, FAILED",
        "599, FAILED"
    })
    void goesByStatus(int status, Outcome.Kind kind) {
        assertThat(HttpOutcomes.ofStatus(status, Optional.empty()).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "' 7 ', 7", "60, 60", "61, 60", "999999999999999999999, 60"})
    void honoursAWaitOfUpToAMinute(String retryAfter, long seconds) {
        assertThat(HttpOutcomes.ofStatus(503, Optional.of(retryAfter)).retryAfter())
                .contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-1", "1.5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "\u0661"})
    void ignoresAWaitThatIsNoNumberOfSeconds(String retryAfter) {
        assertThat(HttpOutcomes.ofStatus(429, Optional.of(retryAfter))).isEqualTo(Outcome.overloaded());
    }

    @Test
    void ignoresAWaitOnOtherStatuses() {
        assertThat(HttpOutcomes.ofStatus(500, Optional.of("7"))).isEqualTo(Outcome.failed());
        assertThat(HttpOutcomes.ofStatus(200, Optional.of("7"))).isEqualTo(Outcome.success());
    }
}
