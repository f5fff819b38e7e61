package dev.evenkeel.lb.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayTest {

    @Test
    void whatIsIdempotentInHttpMayBeReplayed() {
        for (String method : List.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")) {
            assertThat(Replay.ofMethod(method)).as(method).isEqualTo(Replay.ALWAYS);
        }
        for (String method : List.of("POST", "PATCH", "CONNECT", "get", "")) {
            assertThat(Replay.ofMethod(method)).as(method).isEqualTo(Replay.UNSENT);
        }
    }
}
