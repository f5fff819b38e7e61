package dev.evenkeel.lb.discovery;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What a source is given: a place to deliver to, and the time to live by. Safe for concurrent use.
 *
 * <p>A delivery is applied on the calling thread when nothing else is being applied, so that it is in force when the
 * call returns. None of the methods throws for what is in the data; bad data is dropped, counted and logged.
 */
public interface InstanceSink {

    /** The service whose instances are wanted. */
    String serviceName();

    /**
     * Delivers the full list, which is copied. Instances that are missing from it are absent, which is weaker than having
     * left. Entries that are null or have an address that the balancer does not accept are ignored, and all that come after
     * the first 100,000.
     */
    void update(List<ServiceInstance> instances);

    /**
     * Says that this instance has left of its own will: it gets no new calls from now on, but those of its sessions for a while;
     * those in flight end.
     */
    void left(String instanceId);

    /** Says that the source cannot tell at the moment. The last good list stays in force. */
    void failed(Throwable cause);

    /** The clock of the subscriber. */
    Ticker ticker();

    /** The scheduler of the subscriber, for polling and time-outs; its tasks must not block. */
    Scheduler scheduler();

    /** Where what may block runs, for polling. Apart from listeners and probes, unless the balancer was given an executor. */
    Executor executor();

    /** The randomness of the subscriber, for jitter. */
    RandomGenerator random();
}
