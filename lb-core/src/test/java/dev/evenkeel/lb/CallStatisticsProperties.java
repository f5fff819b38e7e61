package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class CallStatisticsProperties {

    /** Clocks that leap ahead, go back and overflow included. */
    @Property
    void staysReasonableWhateverTheClockSays(@ForAll @Size(max = 50) List<Long> numbers) {
        CallStatistics statistics = new CallStatistics(InFlightLimit.NONE, () -> 0);
        for (int i = 0; i + 1 < numbers.size(); i++) {
            long nanos = numbers.get(i);
            long now = numbers.get(i + 1);
            switch (i % 4) {
                case 0 -> statistics.answered(nanos, now);
                case 1 -> statistics.failedUnanswered(nanos, now);
                case 2 -> statistics.failed(now);
                default -> statistics.mend(now);
            }
            assertThat(statistics.latencyNanos()).isPositive();
            assertThat(statistics.failureShare(nanos)).isGreaterThanOrEqualTo(0).isLessThan(1);
            assertThat(statistics.failureShare(now)).isGreaterThanOrEqualTo(0).isLessThan(1);
            assertThat(statistics.answers()).isBetween(1, i + 1);
        }
    }

    @Property
    void theAverageIsBetweenTheLastOneAndTheSample(
            @ForAll @LongRange(min = 1, max = 1L << 52) long first,
            @ForAll @LongRange(min = 1, max = 1L << 52) long second,
            @ForAll @LongRange(min = 0, max = 1L << 60) long between) {
        CallStatistics statistics = new CallStatistics(InFlightLimit.NONE, () -> 0);
        statistics.answered(first, 0);
        assertThat(statistics.latencyNanos()).isEqualTo(first);
        statistics.answered(second, between);
        assertThat(statistics.latencyNanos()).isBetween(Math.min(first, second), Math.max(first, second));
    }

    @Property
    void aFailureNeverLowersTheLatency(
            @ForAll @LongRange(min = 1, max = 1L << 52) long known, @ForAll long failure, @ForAll long now) {
        CallStatistics statistics = new CallStatistics(InFlightLimit.NONE, () -> 0);
        statistics.answered(known, 0);
        statistics.failedUnanswered(failure, now);
        statistics.failed(now);
        assertThat(statistics.latencyNanos()).isGreaterThanOrEqualTo(known);
    }

    /** All fail: the share tends to 1; all succeed: to 0. */
    @Property(tries = 100)
    void theShareOfFailuresFollowsTheCalls(@ForAll @IntRange(min = 1, max = 200) int failures) {
        CallStatistics statistics = new CallStatistics(InFlightLimit.NONE, () -> 0);
        double share = 0;
        for (int i = 0; i < failures; i++) {
            statistics.failed(0);
            assertThat(statistics.failureShare(0)).isGreaterThan(share);
            share = statistics.failureShare(0);
        }
        for (int i = 0; i < 200; i++) {
            statistics.mend(0);
            assertThat(statistics.failureShare(0)).isLessThan(share);
            share = statistics.failureShare(0);
        }
    }
}
