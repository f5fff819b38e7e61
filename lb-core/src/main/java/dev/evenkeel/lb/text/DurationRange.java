package dev.evenkeel.lb.text;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Which durations a setting may have, both ends included. */
public record DurationRange(Duration min, Duration max) {

    /**
     * The duration, if it is one of them.
     *
     * @param name of the setting
     * @throws IllegalArgumentException if it is not
     */
    public Duration check(String name, Duration duration) {
        requireNonNull(duration, name);
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    name + ": " + duration + " (expected: " + (min.isZero() ? "0" : min) + ".." + max + ")");
        }
        return duration;
    }
}
