package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogBudgetTest {

    private final VirtualClock clock = new VirtualClock();
    private final LogBudget budget = new LogBudget(clock);

    @Test
    void givesTenLinesAtOnceAndOneMoreAnHour() {
        assertThat(takenOf(100)).isEqualTo(10);
        clock.advance(Duration.ofMinutes(59));
        assertThat(takenOf(100)).isZero();
        clock.advance(Duration.ofMinutes(1));
        assertThat(takenOf(100)).isEqualTo(1);
        clock.advance(Duration.ofDays(100 * 365));
        assertThat(takenOf(100)).isEqualTo(10);
    }

    @Test
    void losesNothingByBeingAskedOften() {
        takenOf(10);
        int taken = 0;
        for (int second = 0; second < 2 * 3600; second++) {
            clock.advance(Duration.ofSeconds(1));
            taken += takenOf(1);
        }
        assertThat(taken).isEqualTo(2);
    }

    private int takenOf(int attempts) {
        int taken = 0;
        for (int i = 0; i < attempts; i++) {
            taken += budget.take() ? 1 : 0;
        }
        return taken;
    }
}
