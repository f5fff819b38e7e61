package dev.evenkeel.lb.observe;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.time.Duration;

/**
 * Hears what happens in a pool. Every method defaults to nothing.
 *
 * <ul>
 *   <li>Each listener hears the events of one balancer in their order, one at a time, on the balancer's executor: a
 *       little after the fact, and never on the thread of a call.
 *   <li>Every {@code joined} is followed by one {@code left}, unless the balancer is closed first.
 *   <li>A slow listener delays only itself; when it has fallen 10,000 events behind, further ones are dropped and counted
 *       in the log. What it throws is logged, and changes nothing.
 *   <li>It may call the balancer.
 * </ul>
 */
public interface LoadBalancerListener {

    /** An instance is new in the pool. */
    default void joined(String serviceName, ServiceInstance instance) {}

    /** An instance has other properties than before: weight, zone, metadata. Its live state goes on. */
    default void changed(String serviceName, ServiceInstance before, ServiceInstance after) {}

    /** An instance gets no new calls, but those of its sessions, for a while; those in flight go on. */
    default void draining(String serviceName, ServiceInstance instance) {}

    /** An instance that was draining is listed again, and gets calls again. Its live state goes on. */
    default void returned(String serviceName, ServiceInstance instance) {}

    /** An instance is gone: it is not in the pool any more and has no call in flight. */
    default void left(String serviceName, ServiceInstance instance) {}

    /** The health of an instance is another one than before. */
    default void healthChanged(
            String serviceName, ServiceInstance instance, HealthStatus before, HealthStatus after, String reason) {}

    /**
     * The calls of an instance have taken it out for this time, or for another one after it has failed when it was tried again.
     */
    default void ejected(String serviceName, ServiceInstance instance, Duration time, String reason) {}

    /** An instance that was ejected is like the others again. */
    default void readmitted(String serviceName, ServiceInstance instance) {}

    /** Too few instances are well, and others are used, too; or this is over. */
    default void failOpenChanged(String serviceName, boolean failOpen) {}

    /** The balancer has been closed. The last event. */
    default void closed(String serviceName) {}
}
