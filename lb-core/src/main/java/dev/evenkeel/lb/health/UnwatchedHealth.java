package dev.evenkeel.lb.health;

import dev.evenkeel.lb.instance.ServiceInstance;

/** Trusts every instance: its status stays unknown, which is good enough to be picked. */
final class UnwatchedHealth implements HealthMonitor {

    static final UnwatchedHealth INSTANCE = new UnwatchedHealth();

    private UnwatchedHealth() {}

    @Override
    public Tracker track(ServiceInstance instance, HealthReport report) {
        return () -> {};
    }

    @Override
    public void close() {}
}
