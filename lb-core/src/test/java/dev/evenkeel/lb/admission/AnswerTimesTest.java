package dev.evenkeel.lb.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AnswerTimesTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void fewAnswersSayNothing() {
        AnswerTimes times = new AnswerTimes(0);
        for (int i = 0; i < 49; i++) {
            times.record(SECOND, 0);
        }
        assertThat(times.percentile(0.95)).isEmpty();
        times.record(SECOND, 0);
        assertThat(times.percentile(0.95)).isPresent();
    }

    @Property
    void aPercentileIsAtMostAnEighthTooHigh(
            @ForAll @Size(min = 50, max = 300) List<@LongRange(min = 0, max = 130 * SECOND) Long> answers,
            @ForAll @IntRange(min = 500, max = 999) int permille) {
        AnswerTimes times = new AnswerTimes(0);
        double share = permille / 1000.0;
        answers.forEach(answer -> times.record(answer, 0));
        long[] sorted = answers.stream().mapToLong(Long::longValue).sorted().toArray();
        long exact = sorted[(int) Math.ceil(share * sorted.length) - 1];
        long found = times.percentile(share).orElseThrow().toNanos();
        assertThat(found).isGreaterThan(exact).isLessThanOrEqualTo(exact + exact / 8 + 1024);
    }

    @Property
    void takesWhateverClocksSay(@ForAll @Size(min = 50, max = 60) List<Long> answers, @ForAll List<Long> nows) {
        AnswerTimes times = new AnswerTimes(0);
        for (int i = 0; i < answers.size(); i++) {
            times.record(answers.get(i), i < nows.size() ? nows.get(i) : 0);
        }
        times.percentile(0.95).ifPresent(time -> assertThat(time).isBetween(Duration.ZERO, Duration.ofSeconds(138)));
    }

    @Test
    void forgetsByHalves() {
        AnswerTimes times = new AnswerTimes(0);
        Duration[] found = new Duration[4];
        for (int i = 0; i < 100; i++) {
            times.record(SECOND, 0);
        }
        for (int round = 0; round < found.length; round++) {
            for (int i = 0; i < 100; i++) {
                times.record(1_000_000, (round + 1) * 10 * SECOND);
            }
            found[round] = times.percentile(0.9).orElseThrow();
        }
        assertThat(found[0]).isGreaterThan(Duration.ofMillis(900));
        assertThat(found[3]).isLessThan(Duration.ofMillis(2));
    }

    @Test
    void whatIsLongAgoIsForgottenAtOnce() {
        AnswerTimes times = new AnswerTimes(0);
        for (int i = 0; i < 100; i++) {
            times.record(SECOND, 0);
        }
        times.record(SECOND, 3600 * SECOND);
        assertThat(times.percentile(0.95)).isEmpty();
    }
}
