package dev.evenkeel.lb.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetryDelayTest {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    @Test
    void growsUpToTheLongestOneAndStaysThere() {
        RetryDelay delay = new RetryDelay(FIRST, LONGEST, new Random(1));
        for (int limit : new int[] {1, 2, 4, 8, 10, 10, 10}) {
            assertThat(delay.next()).isBetween(Duration.ofMillis(500L * limit), Duration.ofSeconds(limit));
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(delay.next()).isBetween(LONGEST.dividedBy(2), LONGEST);
        }
        delay.reset();
        assertThat(delay.next()).isLessThanOrEqualTo(FIRST);
    }

    @Test
    void scattersThoseWhoFailedTogether() {
        Random random = new Random(1);
        long distinct = Stream.generate(() -> new RetryDelay(FIRST, LONGEST, random).next())
                .limit(100)
                .distinct()
                .count();
        assertThat(distinct).isEqualTo(100);
    }

    @Test
    void theLongestOneLimitsTheFirst() {
        assertThat(new RetryDelay(LONGEST, FIRST, new Random(1)).next()).isLessThanOrEqualTo(FIRST);
    }

    @Test
    void doesNotOverflow() {
        RetryDelay delay = new RetryDelay(FIRST, Duration.ofNanos(Long.MAX_VALUE), new Random(1));
        for (int i = 0; i < 100; i++) {
            assertThat(delay.next()).isPositive();
        }
    }
}
