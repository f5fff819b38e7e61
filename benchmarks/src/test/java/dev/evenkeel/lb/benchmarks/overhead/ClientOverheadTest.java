package dev.evenkeel.lb.benchmarks.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That there is a number for everything, never how large it is. */
class ClientOverheadTest {

    @Test
    void comparesAllClients() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (HelloServer server = HelloServer.start()) {
            ClientOverhead.measure(server.port(), 1, 1, 1, "", new PrintStream(printed, true, StandardCharsets.UTF_8));
        }
        String table = printed.toString(StandardCharsets.UTF_8);
        for (String client : List.of("OkHttp", "java.net.http")) {
            for (String what : List.of(
                    "p50, us", "processor time, us", "processor time, floor", "bytes", "bytes more, to floor")) {
                assertThat(table).containsPattern(client + " +" + what + " +-?[0-9]");
            }
        }
        assertThat(table).doesNotContain("NaN");
    }

    @Test
    void quartilesLieBetweenTheValues() {
        assertThat(Quartiles.of(List.of(4.0, 1.0, 2.0, 3.0, 5.0))).isEqualTo(new Quartiles(2, 3, 4));
        assertThat(Quartiles.of(List.of(1.0, 2.0))).isEqualTo(new Quartiles(1.25, 1.5, 1.75));
        assertThat(Quartiles.of(List.of(7.0))).isEqualTo(new Quartiles(7, 7, 7));
    }
}
