package dev.evenkeel.lb.health;

import static java.util.Objects.requireNonNull;

/**
 * A way to find out which instances are well. Of the two methods to get one, {@link #none()} trusts every instance, and
 * {@link #probing} asks them.
 */
@FunctionalInterface
public interface HealthPolicy {

    /** Begins to watch over the instances of one balancer. */
    HealthMonitor start(HealthContext context);

    /** Every instance is taken to be well. */
    static HealthPolicy none() {
        return context -> UnwatchedHealth.INSTANCE;
    }

    /** Asks every instance again and again. */
    static HealthPolicy probing(HealthProbe probe, ProbeConfig config) {
        requireNonNull(probe, "probe");
        requireNonNull(config, "config");
        return context -> new Probing(probe, config, context);
    }
}
