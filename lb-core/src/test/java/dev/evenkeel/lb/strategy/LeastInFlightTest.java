package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidates;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LeastInFlightTest {

    @Test
    void takesTheLeastLoaded() {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        candidates.get(0).inFlight(2);
        candidates.get(1).inFlight(1);
        candidates.get(2).inFlight(3);
        assertThat(select(candidates, PickRequest.EMPTY)).isSameAs(candidates.get(1));
    }

    @Test
    void takesAnImpossibleLoadForALargeOne() {
        FakeCandidates candidates = FakeCandidates.ofSize(2);
        candidates.get(0).inFlight(Integer.MAX_VALUE);
        candidates.get(1).inFlight(5);
        assertThat(select(candidates, PickRequest.EMPTY)).isSameAs(candidates.get(1));
    }

    @Test
    void dividesByTheWeight() {
        FakeCandidates candidates = FakeCandidates.ofWeights(1, 4);
        candidates.get(0).inFlight(1);
        candidates.get(1).inFlight(3);
        assertThat(select(candidates, PickRequest.EMPTY)).isSameAs(candidates.get(1));
        candidates.get(1).inFlight(5);
        assertThat(select(candidates, PickRequest.EMPTY)).isSameAs(candidates.get(0));
    }

    /** Calls that come one at a time find everybody idle: they follow the weights all the same. */
    @Test
    void breaksTiesInProportionToWeights() {
        FakeCandidates candidates = FakeCandidates.ofWeights(1, 3, 1.01).withRandom(new Random(2));
        int[] counts = Counting.picks(candidates, Strategies.leastInFlight().newSelector(candidates), 50_100);
        assertThat(counts[0]).isBetween(9_450, 10_550); // 6 standard deviations around 10,000
        assertThat(counts[1]).isBetween(29_300, 30_700);
        assertThat(counts[2]).isBetween(9_550, 10_650);
    }

    /** First-wins would give the first place all, a random start only would favour what follows a busy one. */
    @Test
    void breaksTiesFairlyWhereverTheyStand() {
        FakeCandidates candidates = FakeCandidates.ofSize(10).withRandom(new Random(1));
        for (int i = 0; i < 6; i++) {
            candidates.get(i).inFlight(5);
        }
        int[] counts = Counting.picks(candidates, Strategies.leastInFlight().newSelector(candidates), 40_000);
        for (int i = 6; i < 10; i++) {
            assertThat(counts[i]).isBetween(9_450, 10_550); // 6 standard deviations
        }
    }

    @Test
    void answersWithItsSecondPreferenceWhenTheFirstIsNotAdmitted() {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        candidates.get(1).inFlight(1);
        candidates.get(2).inFlight(2);
        PickRequest avoiding = PickRequest.builder()
                .avoid(List.of(candidates.get(0).instance().id()))
                .build();
        assertThat(select(candidates, avoiding)).isSameAs(candidates.get(1));
        candidates.get(1).open(false);
        assertThat(select(candidates, avoiding)).isSameAs(candidates.get(2));
        candidates.get(2).open(false);
        assertThat(select(candidates, avoiding)).isNotNull();
    }

    @Property
    void noCandidateIsLessLoadedThanTheOneSelected(
            @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 50) Integer> inFlight, @ForAll long seed) {
        FakeCandidates candidates = FakeCandidates.ofSize(inFlight.size()).withRandom(new Random(seed));
        for (int i = 0; i < inFlight.size(); i++) {
            candidates.get(i).inFlight(inFlight.get(i));
        }
        int least = inFlight.stream().mapToInt(Integer::intValue).min().orElseThrow();
        assertThat(select(candidates, PickRequest.EMPTY).inFlight()).isEqualTo(least);
    }

    private static Candidate select(FakeCandidates candidates, PickRequest request) {
        return java.util.Objects.requireNonNull(
                Strategies.leastInFlight().newSelector(candidates).select(request));
    }
}
