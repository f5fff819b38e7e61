package dev.evenkeel.lb.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolTableTest {

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
    private final PoolSnapshot pool = PoolSnapshot.builder("orders")
            .instances(List.of(InstanceSnapshot.builder(ServiceInstance.of("10.0.0.1:8080"))
                    .health(HealthStatus.HEALTHY, "probe passed")
                    .inFlight(3)
                    .outcomes(Outcome.Kind.SUCCESS, 40)
                    .outcomes(Outcome.Kind.FAILED, 2)
                    .build()))
            .build();

    @Test
    void goesBackToItsFirstLineOnATerminal() {
        PoolTable table = new PoolTable(out, true);
        table.refresh("up", "0.1 s", List.of(pool));
        assertThat(shown())
                .startsWith("\u001b[1mup")
                .contains("orders", "10.0.0.1:8080", "HEALTHY", " 3 ### ", " 45 ", " 2");
        assertThat(shown().lines()).hasSize(3);

        shown.reset();
        table.refresh("up", "0.2 s", List.of(pool));
        assertThat(shown()).startsWith("\u001b[3A\r");
    }

    @Test
    void printsPlainLinesElsewhereWhenThereIsNewsAndNowAndThen() {
        PoolTable table = new PoolTable(out, false);
        for (int i = 0; i < 15; i++) {
            table.refresh("up", i + " s", List.of(pool));
        }
        table.refresh("down", "15 s", List.of(pool));

        String line = "orders          10.0.0.1:8080 HEALTHY in flight 3 picks 45 failures 2";
        assertThat(shown().lines()).containsExactly("-- 0 s: up", line, line, "-- 15 s: down", line);
    }

    @ParameterizedTest
    @CsvSource({"NO_COLOR,''", "NO_COLOR,1", "CI,true", "TERM,dumb", "OTHER,''"})
    void isPlainWhereSomebodyAsksForIt(String name, String value) {
        assertThat(PoolTable.isTerminal(Map.of(name, value))).isFalse();
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }
}
