package dev.evenkeel.lb.discovery;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.time.Duration;

/** A source that instances can also join and leave. Implementations must be safe for concurrent use. */
public interface InstanceRegistry extends InstanceSource {

    /**
     * Adds an instance for good. One with the same id is replaced.
     *
     * @return the membership, to change or end it
     */
    Registration register(String serviceName, ServiceInstance instance);

    /**
     * Adds an instance that has to give a sign of life again and again, or is taken out. One with the same id is
     * replaced.
     *
     * @param timeToLive how long the instance stays after its last {@link Registration#heartbeat heartbeat}; more than
     *     zero, at most 365 days
     * @return the membership, to keep alive, change or end it
     */
    Registration register(String serviceName, ServiceInstance instance, Duration timeToLive);

    /** Takes the instance out, whoever registered it. Nothing happens if there is none. */
    void deregister(String serviceName, String instanceId);
}
