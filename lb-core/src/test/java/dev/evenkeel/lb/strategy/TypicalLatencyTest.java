package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.testkit.FakeCandidates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TypicalLatencyTest {

    private static final long START = Long.MAX_VALUE - 1; // overflows at once
    private static final long REFRESH = Duration.ofMillis(50).toNanos();

    @Test
    void isOneWhileNobodyHasAnswered() {
        TypicalLatency typical = of(FakeCandidates.ofSize(3), TypicalLatency.UNKNOWN);
        assertThat(typical.at(START, 0)).isEqualTo(1);
        assertThat(typical.nanos()).isEqualTo(TypicalLatency.UNKNOWN);
    }

    @Test
    void isKnownWithTheFirstAnswer() {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        TypicalLatency typical = of(candidates, TypicalLatency.UNKNOWN);
        assertThat(typical.at(START, 0)).isEqualTo(1);
        candidates.get(2).latency(Duration.ofNanos(70));
        assertThat(typical.at(START, 0)).isEqualTo(70);
    }

    @Test
    void isTheFirstQuartileOfThoseThatHaveAnswered() {
        int[] quartiles = {10, 10, 10, 10, 20, 20, 20, 20, 30};
        for (int n = 1; n <= quartiles.length; n++) {
            FakeCandidates candidates = FakeCandidates.ofSize(n + 2);
            for (int i = 0; i < n; i++) {
                candidates.get(n - i).latency(Duration.ofNanos(10 * (i + 1)));
            }
            assertThat(of(candidates, TypicalLatency.UNKNOWN).at(START, 0)).isEqualTo(quartiles[n - 1]);
        }
    }

    @Test
    void isWorkedOutEvery50Milliseconds() {
        FakeCandidates candidates = FakeCandidates.ofSize(1);
        candidates.get(0).latency(Duration.ofNanos(70));
        TypicalLatency typical = of(candidates, TypicalLatency.UNKNOWN);
        assertThat(typical.at(START, 0)).isEqualTo(70);
        candidates.get(0).latency(Duration.ofNanos(90));
        assertThat(typical.at(START + REFRESH - 1, 0)).isEqualTo(70);
        assertThat(typical.at(START + REFRESH, 0)).isEqualTo(90);
    }

    @Test
    void goesOnWithWhatWasKnownBefore() {
        FakeCandidates candidates = FakeCandidates.ofSize(2);
        TypicalLatency typical = of(candidates, 33);
        assertThat(typical.at(START, 0)).isEqualTo(33);
        candidates.get(0).latency(Duration.ofNanos(70));
        assertThat(typical.at(START + REFRESH, 0)).isEqualTo(70);
    }

    /** The quartile of 64 random ones is off by a standard deviation of 5 % of all. */
    @Test
    void asksSomeOfMany() {
        for (int n : new int[] {64, 65, 127, 128, 1_000, 10_000}) {
            FakeCandidates candidates = FakeCandidates.ofSize(n);
            List<Integer> latencies =
                    new ArrayList<>(IntStream.rangeClosed(1, n).boxed().toList());
            Random random = new Random(n);
            Collections.shuffle(latencies, random);
            for (int i = 0; i < n; i++) {
                candidates.get(i).latency(Duration.ofNanos(latencies.get(i)));
            }
            for (int i = 0; i < 100; i++) {
                double quartile = of(candidates, TypicalLatency.UNKNOWN).at(START, random.nextLong());
                assertThat(quartile / n).isBetween(0.02, 0.55);
            }
        }
    }

    private static TypicalLatency of(FakeCandidates candidates, double before) {
        return new TypicalLatency(Copies.candidates(candidates), before, START);
    }
}
