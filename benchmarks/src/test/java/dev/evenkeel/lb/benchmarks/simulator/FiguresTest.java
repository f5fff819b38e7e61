package dev.evenkeel.lb.benchmarks.simulator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Figures as they are written down, and their goals; those of the real time of this machine have no say. */
final class FiguresTest {

    private static final long SEED = 1;
    private static final Map<String, Supplier<FigureTable>> TABLES = Figures.repeatable(SEED);

    private static Set<String> names() {
        return TABLES.keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void comesOutAsWrittenDown(String name) throws IOException {
        String file = "simulator/figures/" + name + ".txt";
        FigureTable table = requireNonNull(TABLES.get(name)).get();
        assertThat(table.text())
                .as("benchmarks/src/test/resources/%s; Figures -short -write DIRECTORY", file)
                .isEqualTo(Written.text(file));
        assertThat(table.misses()).isEmpty();
    }

    @Test
    void aMonthWithoutTheSourceCostsNothing() {
        assertThat(SourceFigures.table(30, SEED).misses()).isEmpty();
    }

    @Test
    void nobodyIsCalledWhoWasRemoved() {
        assertThat(TurnoverFigures.table(2_000, 6, 1_000, SEED).misses()).isEmpty();
    }

    @Test
    void noCallIsLostAmongManyClients() {
        assertThat(ManyCallsFigures.table(1, SEED).misses()).isEmpty();
    }
}
