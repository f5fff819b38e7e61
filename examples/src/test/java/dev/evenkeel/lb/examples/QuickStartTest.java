package dev.evenkeel.lb.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.examples.support.Facts;
import dev.evenkeel.lb.examples.support.PoolTable;
import dev.evenkeel.lb.examples.support.Summary;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QuickStartTest {

    @Test
    void keepsItsPromises() throws Exception {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        Facts facts;
        try (PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
                QuickStart quickStart = new QuickStart(new PoolTable(out, false), Duration.ofMillis(300))) {
            facts = quickStart.run();
        }

        assertThat(QuickStart.brokenPromises(facts))
                .as(() -> String.join("\n", Summary.of(facts)))
                .isEmpty();
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .contains("beta is killed under load", "beta UNHEALTHY", "all three are up again")
                .doesNotContain("\u001b");
    }
}
