package dev.evenkeel.lb.testkit;

import dev.evenkeel.lb.health.ProbeContext;
import dev.evenkeel.lb.time.Scheduler;
import java.time.Duration;

/**
 * What a probe is told, for tests of a probe alone. The service is {@code orders}.
 *
 * <pre>{@code
 * VirtualClock clock = new VirtualClock();
 * probe.check(instance, new FakeProbeContext(Duration.ofSeconds(1), clock));
 * }</pre>
 */
public final class FakeProbeContext implements ProbeContext {

    private final Duration timeout;
    private final Scheduler scheduler;

    public FakeProbeContext(Duration timeout, Scheduler scheduler) {
        this.timeout = timeout;
        this.scheduler = scheduler;
    }

    @Override
    public String serviceName() {
        return "orders";
    }

    @Override
    public Duration timeout() {
        return timeout;
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }
}
