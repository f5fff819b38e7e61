package dev.evenkeel.lb.benchmarks.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.strategy.Strategies;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** The model agrees with what is known of queues and distributions. */
final class ModelTest {

    private static final int MANY = 200_000;

    @Test
    void drawsHaveTheirMeans() {
        assertThat(mean(Draws::nextDouble)).isCloseTo(0.5, within(0.005));
        assertThat(mean(draws -> draws.nextInt(7))).isCloseTo(3, within(0.02));
        assertThat(mean(Draws::nextExponential)).isCloseTo(1, within(0.01));
        assertThat(mean(Draws::nextGaussian)).isCloseTo(0, within(0.01));
        assertThat(mean(Work.logNormal(0.5, 0.01, 10)::draw)).isCloseTo(1.09, within(0.02));
    }

    @Test
    void streamsOfNeighbouringSeedsHaveNothingInCommon() {
        List<Long> one = firstOf(Draws.of(1, 0));

        assertThat(firstOf(Draws.of(1, 1))).doesNotContainAnyElementsOf(one);
        assertThat(firstOf(Draws.of(2, 0))).doesNotContainAnyElementsOf(one);
        assertThat(firstOf(Draws.of(1, 0))).isEqualTo(one);
    }

    /** A queue with one worker and exponential times: they are those of an exponential distribution, too. */
    @Test
    void aServerIsTheQueueOfTheTextbook() {
        Scenario scenario = new Scenario(
                "queue",
                "one worker",
                Collections.nCopies(1, ServerModel.of(1, 1).roundTripMillis(0)),
                1,
                0.5,
                Work.exponential(),
                1_000,
                new Span(1, 400),
                List.of());

        Result result = Simulation.run(scenario, Strategies.random(), 1);

        double mean = 2; // 1 ms / (1 - utilization)
        assertThat(result.millis(0.5)).isCloseTo(mean * Math.log(2), within(0.05));
        assertThat(result.millis(0.99)).isCloseTo(mean * Math.log(100), within(0.4));
        assertThat(result.timedOutShare()).isZero();
    }

    @Test
    void quantilesAreRightToOnePerCent() {
        Latencies latencies = new Latencies();
        for (int i = 1; i <= 10_000; i++) {
            latencies.add(i * 1_000L);
        }

        assertThat(latencies.quantile(0.5)).isCloseTo(5_000_000, within(50_000.0));
        assertThat(latencies.quantile(0.999)).isCloseTo(9_990_000, within(99_900.0));
        assertThat(latencies.quantile(1)).isCloseTo(10_000_000, within(100_000.0));
    }

    private static double mean(ToDoubleFunction<Draws> drawn) {
        Draws draws = Draws.of(7, 3);
        double sum = 0;
        for (int i = 0; i < MANY; i++) {
            sum += drawn.applyAsDouble(draws);
        }
        return sum / MANY;
    }

    private static List<Long> firstOf(Draws draws) {
        return draws.longs(1_000).boxed().toList();
    }
}
