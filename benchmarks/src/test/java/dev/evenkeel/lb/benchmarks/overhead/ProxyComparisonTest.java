package dev.evenkeel.lb.benchmarks.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That there is a number for every proxy that is installed, never how large it is; and that the others are said to be absent. */
class ProxyComparisonTest {

    @Test
    void comparesAllClientsWithWhatIsInstalled() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (HelloServer one = HelloServer.start();
                HelloServer two = HelloServer.start()) {
            new ProxyComparison(1, 1, new PrintStream(printed, true, StandardCharsets.UTF_8))
                    .measure(List.of(one.port(), two.port()), 1, "");
        }
        String table = printed.toString(StandardCharsets.UTF_8);
        for (String client : List.of("OkHttp", "java.net.http")) {
            for (Proxy.Kind kind : Proxy.Kind.values()) {
                String proxy = kind.title();
                if (kind.program().isPresent()) {
                    assertThat(table).containsPattern(client + " +calls/s +" + proxy + " +[0-9]");
                    assertThat(table).containsPattern(client + " +p50, us +" + proxy + " +[0-9]");
                } else {
                    assertThat(table).containsPattern(client + " +" + proxy + " +not installed");
                }
            }
        }
        assertThat(table).doesNotContain("NaN");
    }
}
