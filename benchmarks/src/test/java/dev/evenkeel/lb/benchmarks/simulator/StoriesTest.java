package dev.evenkeel.lb.benchmarks.simulator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of calls in outages, in virtual time: as it is written down, and good enough, with every strategy. */
final class StoriesTest {

    private static final long SEED = 1;

    /** Each is simulated once, whichever test asks first. */
    private static final Map<String, Table> TABLES = new ConcurrentHashMap<>();

    private static List<Scenario> stories() {
        return Stories.all();
    }

    @ParameterizedTest
    @MethodSource("stories")
    void comesOutAsWrittenDown(Scenario story) throws IOException {
        String file = "simulator/" + story.name() + ".txt";
        assertThat(table(story).text())
                .as("benchmarks/src/test/resources/%s; Simulator -short -only stories -write DIRECTORY", file)
                .isEqualTo(Written.text(file));
    }

    @ParameterizedTest
    @MethodSource("stories")
    void theDefaultStrategyIsNoWorseThanAnyOther(Scenario story) {
        Map<String, Result> results = table(story).results();
        double best = results.values().stream()
                .mapToDouble(result -> result.millis(0.99))
                .min()
                .orElseThrow();
        assertThat(requireNonNull(results.get("adaptive")).millis(0.99)).isLessThan(1.15 * best);
    }

    @Test
    void aCrashCostsAFewCalls() {
        each(Stories.crashOfOne(), result -> assertThat(result.failedShare()).isLessThan(0.002));
        each(
                Stories.crashOfOneOfTwo(),
                result -> assertThat(result.failedShare()).isLessThan(0.003));
        each(
                Stories.crashOfThreeOfFive(),
                result -> assertThat(result.failedShare()).isLessThan(0.01));
    }

    @Test
    void aServerThatHangsCostsAFewCalls() {
        each(Stories.oneSilent(), result -> assertThat(result.timedOutShare()).isLessThan(0.006));
        each(
                Stories.oneUnreachable(),
                result -> assertThat(result.timedOutShare()).isLessThan(0.006));
    }

    @Test
    void aServerThatFailsCostsAFewCalls() {
        each(Stories.oneResetting(), result -> assertThat(result.failedShare()).isLessThan(0.004));
        each(
                Stories.oneFailingFast(),
                result -> assertThat(result.failedShare()).isLessThan(0.004));
        each(Stories.oneBusy(), result -> assertThat(result.failedShare()).isLessThan(0.004));
        each(
                Stories.oneFailingSome(),
                result -> assertThat(result.failedShare()).isLessThan(0.01));
        each(Stories.oneSlow(), result -> assertThat(result.timedOutShare()).isLessThan(0.006));
    }

    @Test
    void aServerThatFlapsIsNotTakenOutAllTheTime() {
        each(Stories.oneFlapping(), result -> {
            assertThat(result.failedShare()).isLessThan(0.004);
            assertThat(result.ejections()).isLessThanOrEqualTo(3 * 10);
        });
    }

    /** Not the calls of those whose fault it is not, nor they themselves. */
    @ParameterizedTest
    @MethodSource("storiesOfOneServer")
    void nobodyIsTakenOutForAnother(Scenario story) {
        each(story, result -> {
            assertThat(result.wrongEjections()).isZero();
            assertThat(result.mostOutAtOnce()).isLessThanOrEqualTo(1);
        });
    }

    private static List<Scenario> storiesOfOneServer() {
        return List.of(
                Stories.crashOfOne(),
                Stories.crashOfOneOfTwo(),
                Stories.oneUnreachable(),
                Stories.oneSilent(),
                Stories.oneResetting(),
                Stories.oneFailingFast(),
                Stories.oneFailingSome(),
                Stories.oneFlapping(),
                Stories.oneBusy(),
                Stories.oneSlow(),
                Stories.sourceAway(),
                Stories.deadButListed());
    }

    /** Without help, however many calls are repeated, and at once: nothing keeps it alive. */
    @Test
    void anOutageOfAllIsOverWhenItIsOver() {
        each(
                Stories.allGone(),
                result -> assertThat(result.lost(Stories.RECOVERED)).isZero());
        each(
                Stories.allSilent(),
                result -> assertThat(result.lost(Stories.RECOVERED)).isZero());
    }

    /** What was asked for meanwhile is worked on first, though nobody waits for it any more. */
    @Test
    void anOverloadOfAllEndsWithoutHelp() {
        Span later = new Span(20, Stories.RECOVERED.until());
        each(Stories.allSlow(), result -> assertThat(result.lost(later)).isZero());
    }

    /** It would leave too few, and help nobody. */
    @Test
    void whereAllFailAlikeFewAreTakenOut() {
        each(
                Stories.sickDependency(),
                result -> assertThat(result.mostOutAtOnce()).isLessThanOrEqualTo(2));
    }

    @Test
    void callsThatFailEverywhereTakeHardlyAnybodyOut() {
        each(Stories.poison(), result -> assertThat(result.ejections()).isLessThanOrEqualTo(1));
    }

    @Test
    void listsThatAreWrongCostNoCall() {
        List.of(Stories.emptyList(), Stories.halfOfTheList(), Stories.garbledList())
                .forEach(story -> each(story, result -> {
                    assertThat(result.lost()).isZero();
                    assertThat(result.ejections()).isZero();
                }));
    }

    @Test
    void aRestartThatIsAnnouncedCostsNoCall() {
        each(Stories.replacedOneByOne(), result -> {
            assertThat(result.lost()).isZero();
            assertThat(result.ejections()).isZero();
        });
    }

    private static void each(Scenario story, Consumer<Result> expectation) {
        table(story).results().forEach((strategy, result) -> {
            try {
                expectation.accept(result);
            } catch (AssertionError wrong) {
                throw new AssertionError(story.name() + ", " + strategy, wrong);
            }
        });
    }

    private static Table table(Scenario story) {
        return TABLES.computeIfAbsent(story.name(), name -> Table.of(story, SEED));
    }
}
