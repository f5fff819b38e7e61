package dev.evenkeel.lb;

import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.PickRequest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Picks an instance of one service for each call.
 *
 * <pre>{@code
 * LoadBalancer orders = LoadBalancer.builder("orders")
 *         .instances("10.0.0.1:8080", "10.0.0.2:8080")
 *         .build();
 * try (Lease lease = orders.acquire()) {
 *     talkTo(lease.instance().address());
 *     lease.succeeded();
 * }
 * }</pre>
 *
 * <p><b>One per what?</b> One per service that the program calls, for as long as it calls it. What a balancer learns of its
 * instances is what makes it good, so build it once and share it, also between several HTTP clients.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. {@code acquire} takes no lock, never waits and never talks
 * to the network. Lists, probes and everything else that changes the pool happens beside it, one change at a time, and
 * appears to the next pick as a whole.
 *
 * <p><b>Closing.</b> {@link #close} ends the subscription, the probes and all timers, and gives back the shared threads.
 * Calls in flight go on, and their leases may still be ended. A source, an executor or a scheduler that was handed in
 * belongs to whoever made it.
 */
public interface LoadBalancer extends AutoCloseable {

    /**
     * Starts a balancer for a service.
     *
     * @param serviceName what callers use as the host of a URL: letters, digits, {@code -} and {@code .}
     * @throws NullPointerException if the name is null
     * @throws IllegalArgumentException if it cannot be the host of a URL
     */
    static LoadBalancerBuilder builder(String serviceName) {
        return new LoadBalancerBuilder(serviceName);
    }

    /** The service, in lower case. */
    String serviceName();

    /** Picks an instance for a call that has nothing special about it; see {@link #acquire(PickRequest)}. */
    default Lease acquire() {
        return acquire(PickRequest.EMPTY);
    }

    /**
     * Picks an instance at once.
     *
     * @return the call in flight, to be ended by the caller
     * @throws NoInstanceAvailableException if no instance may be used; also before the first list has arrived
     * @throws PoolSaturatedException if every instance that may be used has as many calls in flight as it may have
     * @throws IllegalStateException if the balancer is closed
     */
    Lease acquire(PickRequest request);

    /** See {@link #acquireAsync(PickRequest)}. */
    default CompletableFuture<Lease> acquireAsync() {
        return acquireAsync(PickRequest.EMPTY);
    }

    /**
     * Picks an instance, and waits for the first list if it has not arrived yet, so that a program that has just started
     * does not fail its first call. Once there is a list, even an empty one, the future is complete on return, but where
     * calls may {@linkplain LoadBalancerBuilder#queue wait} for a place.
     *
     * <p>Whoever gives up while it waits, by {@code cancel}, {@code orTimeout} or otherwise, never gets a lease, and waits in
     * nobody's way. Once the future has a lease, that is the caller's.
     *
     * @return the lease, or the exception that {@link #acquire(PickRequest)} would throw; never throws itself
     */
    CompletableFuture<Lease> acquireAsync(PickRequest request);

    /** What the calls of this service have in common, for what makes several attempts of one. Always the same object. */
    CallContext callContext();

    /** Everything about the pool at this moment. Costs time and memory in proportion to the number of instances. */
    PoolSnapshot snapshot();

    /**
     * A view of those instances that carry all of this metadata: one version, the blue or the green half. It picks by a selector
     * of its own, and shows only these. All that is known and counted of an instance is common to all views, and so are its
     * limit, the purse and the listeners; which instances are well enough, and when fail-open begins, each view judges for
     * itself. (This is not the subset of {@link LoadBalancerBuilder#subset}, which this balancer keeps to.)
     *
     * <pre>{@code
     * LoadBalancer green = orders.subset(Map.of("color", "green"));
     * }</pre>
     *
     * <p>The view is there for as long as this balancer is, and always the same one for the same metadata; it costs a selector,
     * and a part of the work of each change. Closing it does nothing: closing this balancer does.
     *
     * @param metadata what the instances must carry; if empty, the view is this balancer
     * @throws IllegalArgumentException if it contradicts that of the view that this is
     */
    LoadBalancer subset(Map<String, String> metadata);

    /** Adds a listener for what happens from now on. */
    void addListener(LoadBalancerListener listener);

    /** Removes a listener; an event that is already on its way may still arrive. */
    void removeListener(LoadBalancerListener listener);

    /** Ends everything that goes on in the background; see above. May be called more than once, and from a listener. */
    @Override
    void close();
}
