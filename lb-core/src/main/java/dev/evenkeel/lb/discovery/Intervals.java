package dev.evenkeel.lb.discovery;

import dev.evenkeel.lb.text.DurationRange;
import java.time.Duration;

/** Which durations polling accepts. */
final class Intervals {

    private static final DurationRange RANGE = new DurationRange(Duration.ofMillis(10), Duration.ofDays(1));

    private Intervals() {}

    static Duration check(String parameter, Duration duration) {
        return RANGE.check(parameter, duration);
    }

    static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
