package dev.evenkeel.lb.examples.support;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something to become true, but not for ever. */
public final class Waiting {

    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    private Waiting() {}

    /** Waits until it is true or the time is up. Returns whether it is true. */
    public static boolean until(BooleanSupplier condition, Duration atMost) {
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begun >= atMost.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        return true;
    }
}
