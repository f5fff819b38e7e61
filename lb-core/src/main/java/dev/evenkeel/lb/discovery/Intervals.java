package dev.evenkeel.lb.discovery;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Which durations polling accepts. */
final class Intervals {

    private static final Duration MIN = Duration.ofMillis(10);
    private static final Duration MAX = Duration.ofDays(1);

    private Intervals() {}

    static Duration check(String parameter, Duration duration) {
        requireNonNull(duration, parameter);
        if (duration.compareTo(MIN) < 0 || duration.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(parameter + ": " + duration + " (expected: " + MIN + ".." + MAX + ")");
        }
        return duration;
    }

    static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
