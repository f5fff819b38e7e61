package dev.evenkeel.lb.health;

import static dev.evenkeel.lb.health.HealthStatus.HEALTHY;
import static dev.evenkeel.lb.health.HealthStatus.UNHEALTHY;
import static dev.evenkeel.lb.health.HealthStatus.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RiseAndFallTest {

    @Test
    void replaysTheExampleOfItsDocumentation() {
        RiseAndFall verdict = new RiseAndFall(2, 3);
        assertThat(verdict.status()).isEqualTo(UNKNOWN);
        String answers = "+--+---++";
        String statuses = "HHHHHHUUH";
        String settled = "ynnynnnny";
        for (int i = 0; i < answers.length(); i++) {
            HealthStatus expected = statuses.charAt(i) == 'H' ? HEALTHY : UNHEALTHY;
            assertThat(verdict.answered(answers.charAt(i) == '+'))
                    .as("answer %s", i)
                    .isEqualTo(expected);
            assertThat(verdict.isSettled()).as("answer %s", i).isEqualTo(settled.charAt(i) == 'y');
        }
    }

    @Test
    void letsTheFirstAnswerDecideAlone() {
        assertThat(new RiseAndFall(5, 5).answered(true)).isEqualTo(HEALTHY);
        assertThat(new RiseAndFall(5, 5).answered(false)).isEqualTo(UNHEALTHY);
    }

    @Property
    void changesOnlyAfterARowOfContradictions(
            @ForAll @IntRange(min = 1, max = 5) int rise,
            @ForAll @IntRange(min = 1, max = 5) int fall,
            @ForAll @Size(max = 100) List<Boolean> answers) {
        RiseAndFall verdict = new RiseAndFall(rise, fall);
        int row = 0;
        boolean last = false;
        for (boolean answer : answers) {
            HealthStatus before = verdict.status();
            row = answer == last ? row + 1 : 1;
            last = answer;
            HealthStatus after = verdict.answered(answer);
            if (before != UNKNOWN) {
                boolean enough = row >= (answer ? rise : fall);
                boolean contradicts = (before == HEALTHY) != answer;
                assertThat(after != before).isEqualTo(enough && contradicts);
            }
        }
    }
}
