package dev.evenkeel.lb;

import dev.evenkeel.lb.health.OutlierConfig;
import java.time.Duration;

/**
 * How long one instance is to be out next: twice as long each time, half as long for each minute of good behaviour after
 * it has come back.
 *
 * <p>Example with a base of 5 s: out for 5 s, fails its trial, out for 10 s, is well for 90 s, out for 10 s again.
 *
 * <p>Belongs to the control plane.
 */
final class EjectionHistory {

    private static final long GOOD_BEHAVIOUR = Duration.ofMinutes(1).toNanos();
    private static final long AT_LEAST_AGAIN = Duration.ofSeconds(10).toNanos();
    private static final double JITTER = 0.1;

    /** More doublings than any bound needs, and none that overflows: a day is less than 2^47 ns. */
    private static final int MAX_DOUBLINGS = 16;

    private final long base;
    private final long max;

    /** How many ejections have not been made up for. */
    private int ejections;

    private boolean back;
    private long backSince;

    EjectionHistory(OutlierConfig config) {
        this.base = config.baseTime().toNanos();
        this.max = config.maxTime().toNanos();
    }

    /**
     * It is ejected now. Returns for how long, in nanoseconds.
     *
     * @param luck from 0 to 1
     */
    long ejected(long now, double luck) {
        if (back) {
            long madeUpFor = Math.max(0, now - backSince) / GOOD_BEHAVIOUR;
            ejections = (int) Math.max(0, ejections - madeUpFor);
            back = false;
        }
        int doublings = Math.min(ejections, MAX_DOUBLINGS);
        ejections++;
        long time = doublings == 0 ? base : Math.max(base << doublings, AT_LEAST_AGAIN);
        return (long) (Math.min(time, max) * (1 + JITTER * luck));
    }

    /** It is in use again. */
    void returned(long now) {
        back = true;
        backSince = now;
    }

    /** Whether it is not the first time of late. */
    boolean isRepeated() {
        return ejections > 1;
    }

    /** How long it is out whatever happens, so that one that flaps does not go in and out all the time. */
    long leastNanos() {
        return isRepeated() ? Math.min(AT_LEAST_AGAIN, max) : 0;
    }
}
