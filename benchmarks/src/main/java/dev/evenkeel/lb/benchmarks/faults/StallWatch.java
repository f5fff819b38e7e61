package dev.evenkeel.lb.benchmarks.faults;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Notices when this machine, and not what runs on it, comes to a halt: what was measured meanwhile says nothing. */
final class StallWatch implements AutoCloseable {

    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(2);

    private final Thread thread = new Thread(this::watch, "stall-watch");
    private volatile boolean over;
    private volatile long longest;

    private StallWatch() {
        thread.setDaemon(true);
        thread.start();
    }

    static StallWatch start() {
        return new StallWatch();
    }

    private void watch() {
        long before = System.nanoTime();
        while (!over) {
            LockSupport.parkNanos(STEP);
            long now = System.nanoTime();
            longest = Math.max(longest, now - before - STEP);
            before = now;
        }
    }

    /** By how much the watch was late, at most. */
    long longestNanos() {
        return longest;
    }

    @Override
    public void close() {
        over = true;
    }
}
