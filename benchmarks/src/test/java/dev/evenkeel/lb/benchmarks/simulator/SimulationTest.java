package dev.evenkeel.lb.benchmarks.simulator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the strategies make of faults and load, in virtual time: as it is written down, so that a change of an algorithm shows
 * as a change of outcomes, and good enough.
 */
final class SimulationTest {

    private static final long SEED = 1;
    private static final Scenarios SHORT = Scenarios.SHORT;

    /** Of the spans that are looked at. */
    private static final int DURING = 0;

    private static final int AFTER_10_SECONDS = 2;

    /** Of the calls, for a server that has recovered; its fair share is 10 %. */
    private static final double BACK = 0.064;

    /** Each is simulated once, whichever test asks first. */
    private static final Map<String, Table> TABLES = new ConcurrentHashMap<>();

    private static List<Scenario> scenarios() {
        return SHORT.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void comesOutAsWrittenDown(Scenario scenario) throws IOException {
        assertThat(table(scenario).text())
                .as("benchmarks/src/test/resources/%s; Simulator -short -write DIRECTORY", file(scenario))
                .isEqualTo(Written.text(file(scenario)));
    }

    @Test
    void hardlyAnyCallGoesToAServerThatFailsFast() {
        assertThat(share(SHORT.sinkhole(), DURING)).isLessThan(0.002);
        assertThat(share(SHORT.sinkhole(), AFTER_10_SECONDS)).isGreaterThan(BACK);
    }

    @Test
    void hardlyAnyCallGoesToAServerThatNeverAnswers() {
        assertThat(share(SHORT.blackHole(), DURING)).isLessThan(0.0012);
        assertThat(share(SHORT.blackHole(), AFTER_10_SECONDS)).isGreaterThan(BACK);
    }

    @Test
    void manyCallsInFlightThatHangAreNoReasonToStayAwayForLong() {
        assertThat(share(SHORT.stalledNode(), AFTER_10_SECONDS)).isGreaterThan(BACK);
    }

    @Test
    void hardlyAnyoneNoticesThatAServerIsSlow() {
        assertThat(share(SHORT.slowNode(), DURING)).isLessThan(0.01);
        assertThat(share(SHORT.slowNode(), AFTER_10_SECONDS)).isGreaterThan(BACK);
    }

    @Test
    void isFastUnderHeavyLoad() {
        assertThat(adaptive(SHORT.equal(0.9)).millis(0.99)).isLessThan(95);
        assertThat(adaptive(SHORT.halfSlower(0.9)).millis(0.99)).isLessThan(135);
    }

    @Test
    void isFastWithManyClients() {
        assertThat(adaptive(SHORT.clients(500)).millis(0.99)).isLessThan(85);
    }

    @Test
    void givesANewcomerItsShare() {
        Scenario scenario = SHORT.warmNewcomer();

        assertThat(adaptive(scenario).share(0, scenario.shares().get(0))).isBetween(0.01, 0.1);
    }

    @Test
    void sparesANewcomerThatIsSlow() {
        assertThat(adaptive(SHORT.coldNewcomer()).millis(0.999)).isLessThan(130);
    }

    @Test
    void aNearServerDoesNotBecomeSlow() {
        Scenario scenario = SHORT.nearAndFar();
        Table table = table(scenario);
        double evenShare = 1.0 / scenario.servers().size();

        assertThat(adaptive(scenario).share(0, scenario.measured())).isLessThan(3.5 * evenShare);
        assertThat(adaptive(scenario).millis(0.99))
                .isLessThan(
                        1.1 * requireNonNull(table.results().get("roundRobin")).millis(0.99));
    }

    @Test
    void isNoWorseThanAnyOtherStrategy() {
        for (Scenario scenario : SHORT.all()) {
            Map<String, Result> results = table(scenario).results();
            double best = results.values().stream()
                    .mapToDouble(result -> result.millis(0.99))
                    .min()
                    .orElseThrow();
            assertThat(adaptive(scenario).millis(0.99)).as(scenario.name()).isLessThan(1.15 * best);
        }
    }

    private static double share(Scenario scenario, int span) {
        return adaptive(scenario).share(0, scenario.shares().get(span));
    }

    private static Result adaptive(Scenario scenario) {
        return requireNonNull(table(scenario).results().get("adaptive"));
    }

    private static Table table(Scenario scenario) {
        return TABLES.computeIfAbsent(scenario.name(), name -> Table.of(scenario, SEED));
    }

    private static String file(Scenario scenario) {
        return "simulator/" + scenario.name() + ".txt";
    }
}
