package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds for several strategies. */
class StrategyProperties {

    enum Strategy {
        ROUND_ROBIN,
        RANDOM,
        LEAST_IN_FLIGHT,
        POWER_OF_TWO_CHOICES,
        WEIGHTED_BY_REPORT,
        STICKY_KEY,
        STICKY_KEY_TABLE;

        LoadBalancingStrategy strategy() {
            return switch (this) {
                case ROUND_ROBIN -> Strategies.roundRobin();
                case RANDOM -> Strategies.random();
                case LEAST_IN_FLIGHT -> Strategies.leastInFlight();
                case POWER_OF_TWO_CHOICES -> Strategies.powerOfTwoChoices();
                case WEIGHTED_BY_REPORT -> Strategies.weightedByReport();
                case STICKY_KEY -> Strategies.stickyKey(Strategies.roundRobin());
                case STICKY_KEY_TABLE -> Strategies.stickyKeyTable(Strategies.roundRobin());
            };
        }
    }

    /** By a power of two, which changes no digit. */
    @Property(tries = 200)
    void aCommonFactorOfTheWeightsChangesNothing(
            @ForAll Strategy tested,
            @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 100) Integer> tenths,
            @ForAll @Size(10) List<@IntRange(max = 5) Integer> inFlight,
            @ForAll @IntRange(min = -200, max = 200) int exponent,
            @ForAll long seed) {
        double[] weights = Weights.of(tenths);
        double[] scaled = Arrays.stream(weights)
                .map(weight -> Math.scalb(weight, exponent))
                .toArray();
        assertThat(picks(tested, scaled, inFlight, seed)).isEqualTo(picks(tested, weights, inFlight, seed));
    }

    @Property(tries = 200)
    void theSameSeedAndHistoryGiveTheSamePicks(
            @ForAll Strategy tested,
            @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 100) Integer> tenths,
            @ForAll @Size(10) List<@IntRange(max = 5) Integer> inFlight,
            @ForAll long seed) {
        double[] weights = Weights.of(tenths);
        assertThat(picks(tested, weights, inFlight, seed)).isEqualTo(picks(tested, weights, inFlight, seed));
    }

    @Property
    void twoChoicesNeverTakeTheOneThatIsBusierThanAllOthers(
            @ForAll @IntRange(min = 2, max = 50) int size, @ForAll @IntRange(max = 49) int place, @ForAll long seed) {
        FakeCandidates candidates = FakeCandidates.ofSize(size).withRandom(new Random(seed));
        candidates.get(place % size).inFlight(1);
        int[] counts = Counting.picks(candidates, Strategies.powerOfTwoChoices().newSelector(candidates), 100);
        assertThat(counts[place % size]).isZero();
    }

    @Property
    void leastInFlightTakesOneOfTheLeastForItsWeight(
            @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 1, max = 100) Integer> tenths,
            @ForAll @Size(30) List<@IntRange(max = 50) Integer> inFlight,
            @ForAll long seed) {
        FakeCandidates candidates = FakeCandidates.ofWeights(Weights.of(tenths)).withRandom(new Random(seed));
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            candidates.get(i).inFlight(inFlight.get(i));
            least = Math.min(least, Load.of(candidates.get(i)));
        }
        Candidate selected = Objects.requireNonNull(
                Strategies.leastInFlight().newSelector(candidates).select(PickRequest.EMPTY));
        assertThat(Load.of(selected)).isEqualTo(least);
    }

    /** However often the selector is replaced, the picks are those of one. */
    @Property
    void aRoundRobinIsNotResetByANewSelector(
            @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 100) Integer> tenths,
            @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 0, max = 30) Integer> picksBetween,
            @ForAll long seed) {
        FakeCandidates candidates = FakeCandidates.ofWeights(Weights.of(tenths));
        LoadBalancingStrategy strategy = Strategies.roundRobin();
        Selector one = strategy.newSelector(candidates.withRandom(new Random(seed)));
        Selector replaced = strategy.newSelector(candidates.withRandom(new Random(seed)));
        for (int picks : picksBetween) {
            for (int i = 0; i < picks; i++) {
                assertThat(replaced.select(PickRequest.EMPTY)).isSameAs(one.select(PickRequest.EMPTY));
            }
            replaced = strategy.newSelector(candidates.replacing(replaced));
        }
    }

    /** Chi-square with 19 degrees of freedom: above 60 with a probability below 1e-5. The seed is fixed. */
    @Example
    void clientsStartEvenlySpread() {
        Random random = new Random(3);
        FakeCandidates candidates = FakeCandidates.ofSize(20).withRandom(random);
        int clients = 10_000;
        int[] counts = new int[20];
        for (int i = 0; i < clients; i++) {
            int[] first = Counting.picks(candidates, Strategies.roundRobin().newSelector(candidates), 1);
            for (int place = 0; place < counts.length; place++) {
                counts[place] += first[place];
            }
        }
        double expected = clients / 20.0;
        double chiSquare = Arrays.stream(counts)
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
        assertThat(chiSquare).isLessThan(60);
    }

    private static List<String> picks(Strategy tested, double[] weights, List<Integer> inFlight, long seed) {
        FakeCandidates candidates = FakeCandidates.ofWeights(weights).withRandom(new Random(seed));
        for (int i = 0; i < candidates.size(); i++) {
            candidates.get(i).inFlight(inFlight.get(i));
        }
        Selector selector = tested.strategy().newSelector(candidates);
        List<String> picks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            PickRequest request = i % 2 == 0 ? PickRequest.EMPTY : PickRequest.stickyTo("user-" + i);
            picks.add(
                    Objects.requireNonNull(selector.select(request)).instance().id());
        }
        return picks;
    }
}
