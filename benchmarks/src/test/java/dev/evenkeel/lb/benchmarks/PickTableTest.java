package dev.evenkeel.lb.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That there is a number, never how large it is: this machine may be busy. */
final class PickTableTest {

    /** In this JVM and far too short. */
    private static final Effort TOKEN = new Effort(1, false, 1, 1, 1);

    @Test
    void everyRowHasANumber() throws Exception {
        List<Row> rows = PickTable.rows();
        Results results = new Runs(TOKEN, progress -> {}).of(PickTable.measurements(rows));
        assertThat(rows).isNotEmpty().allSatisfy(row -> {
            assertThat(row.values(results))
                    .hasSize(1)
                    .allSatisfy(value -> assertThat(value).isFinite().isNotNegative());
            assertThat(results.median(row.subject(), Result::nanos)).isPositive();
        });
    }

    @Test
    void tellsGoalLeastAndMissedApart() {
        Measurement subject = OwnRows.roundRobin(3);
        Measurement floor = OwnRows.twoChoices(3);
        Row row = Row.ratio("one", subject, floor).goal(1.2, 1.5);

        assertThat(row.verdict(1.2)).isEqualTo("goal");
        assertThat(row.verdict(1.5)).isEqualTo("least");
        assertThat(row.verdict(1.6)).isEqualTo("MISSED");
        assertThat(Row.ratio("two", subject, floor).verdict(100)).isEmpty();
    }

    @Test
    void comparesEachRoundWithItsOwnFloorAndPrintsTheMedian() {
        Measurement subject = OwnRows.roundRobin(3);
        Measurement floor = OwnRows.twoChoices(3);
        Results results = new Results();
        double[][] rounds = {{10, 5}, {90, 30}, {40, 10}}; // 2, 3 and 4 times the floor
        for (double[] round : rounds) {
            results.add(subject, new Result(round[0], round[0], 0));
            results.add(floor, new Result(round[1], round[1], 0));
        }
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PickTable.print(
                List.of(Row.ratio("somewhat slower", subject, floor).goal(3.5)),
                results,
                new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .containsPattern("somewhat slower +3 +1 +40\\.00 +0\\.00 +3\\.00 x 2\\.00\\.\\.4\\.00 +3\\.50 x +goal");
    }
}
