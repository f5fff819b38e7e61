package dev.evenkeel.lb.health;

import dev.evenkeel.lb.instance.ServiceInstance;

/**
 * Watches over the instances of one balancer. The balancer calls it serially.
 *
 * <p>Every {@link #track} is followed by exactly one {@link Tracker#stop}, unless the monitor is closed first.
 */
public interface HealthMonitor extends AutoCloseable {

    /** Begins to watch over an instance. Verdicts go to the report, from any thread, until the tracker is stopped. */
    Tracker track(ServiceInstance instance, HealthReport report);

    /** Stops everything. What is still under way is ignored. */
    @Override
    void close();

    /** One instance under watch. */
    @FunctionalInterface
    interface Tracker {

        /** The instance has other properties than before, at the same address. */
        default void changed(ServiceInstance instance) {}

        /** Ends the watch. What is still under way for this instance is ignored. */
        void stop();
    }
}
