package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidate;
import dev.evenkeel.lb.testkit.FakeCandidates;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class AdaptiveProperties {

    /** Whatever is known of them, a pick is admitted if any is; and a newcomer gets no more than its share meanwhile. */
    @Property(tries = 300)
    void takesOneThatAdmitsTheCall(@ForAll @IntRange(min = 2, max = 40) int size, @ForAll long seed) {
        Random random = new Random(seed);
        FakeCandidates candidates = candidates(size, random);
        Selector selector = Strategies.adaptive(AdaptiveConfig.defaults().exploration(0.2))
                .newSelector(candidates.withRandom(random));
        List<FakeCandidate> admitting = IntStream.range(0, size)
                .mapToObj(candidates::get)
                .filter(candidate -> candidate.admits(PickRequest.EMPTY))
                .toList();
        boolean oneIsWell = admitting.stream()
                .anyMatch(candidate ->
                        candidate.inFlight() < candidate.callsOnProbation() && candidate.failuresInARow() == 0);
        for (int i = 0; i < 50; i++) {
            Candidate picked = Objects.requireNonNull(selector.select(PickRequest.EMPTY, 0));
            if (!admitting.isEmpty()) {
                assertThat(picked).isIn(admitting);
            }
            if (oneIsWell) {
                assertThat(picked.inFlight()).isLessThan(picked.callsOnProbation());
            }
        }
    }

    /** Each is picked within 2 * (n + 10) / 1 % picks with a probability of more than 0.999; here with a fixed seed. */
    @Property(tries = 20)
    void forgetsNobody(
            @ForAll @IntRange(min = 2, max = 256) int size, @ForAll @IntRange(min = 1, max = 50) int slowness) {
        FakeCandidates candidates = FakeCandidates.ofSize(size).withRandom(new Random(size));
        for (int i = 0; i < size; i++) {
            candidates.get(i).latency(Duration.ofMillis(i == 0 ? 1 : 2 + slowness), 0);
        }
        Selector selector = Strategies.adaptive().newSelector(candidates);
        boolean[] picked = new boolean[size];
        List<FakeCandidate> places =
                IntStream.range(0, size).mapToObj(candidates::get).toList();
        for (int i = 1; i <= 2 * (size + 10) * 100; i++) {
            FakeCandidate candidate = (FakeCandidate) Objects.requireNonNull(selector.select(PickRequest.EMPTY, i));
            candidate.picked(i);
            picked[places.indexOf(candidate)] = true;
        }
        assertThat(picked).doesNotContain(false);
    }

    private static FakeCandidates candidates(int size, Random random) {
        double[] weights = random.doubles(size, 0.1, 10).toArray();
        FakeCandidates candidates = FakeCandidates.ofWeights(weights);
        for (int i = 0; i < size; i++) {
            FakeCandidate candidate = candidates
                    .get(i)
                    .open(random.nextInt(3) > 0)
                    .inFlight(random.nextInt(5))
                    .picked(-random.nextInt(1_000));
            if (random.nextBoolean()) {
                candidate.latency(Duration.ofMillis(random.nextInt(100)), -random.nextInt(1_000_000_000));
            }
            if (random.nextInt(3) == 0) {
                candidate.failures(random.nextDouble(), random.nextInt(3), -random.nextInt(1_000_000_000));
            }
            if (random.nextInt(3) == 0) {
                candidate.callsOnProbation(1 << random.nextInt(3));
            }
        }
        return candidates;
    }
}
