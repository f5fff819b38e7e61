package dev.evenkeel.lb.discovery;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.Collection;

/**
 * Where the instances of a service come from: a registry, DNS, a file, a fixed list.
 *
 * <p>A source delivers full lists, not differences, so that a lost message does no lasting harm. A list may be delivered
 * during {@link #subscribe} or at any time later, from any thread.
 *
 * <pre>{@code
 * InstanceSource source = sink -> {
 *     Watch watch = directory.watch(sink.serviceName(), sink::update, sink::failed);
 *     return watch::stop;
 * };
 * }</pre>
 *
 * <p>Implementations must be safe for concurrent use: several balancers may subscribe. If {@code subscribe} throws, the
 * balancer tries again after a growing delay.
 */
@FunctionalInterface
public interface InstanceSource {

    /**
     * Begins to deliver lists to the sink. Should not block for long: {@code LoadBalancerBuilder.build()} waits for it.
     *
     * @param sink takes the lists, and has the clock and the scheduler to use
     * @return the way to end the subscription
     */
    Subscription subscribe(InstanceSink sink);

    /** A list that never changes. */
    static InstanceSource of(Collection<ServiceInstance> instances) {
        return new StaticSource(instances);
    }
}
