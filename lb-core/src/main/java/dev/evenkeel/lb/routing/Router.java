package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.LoadBalancer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/**
 * Decides which service a request is for. Called for every request, by any number of threads at once.
 *
 * <pre>{@code
 * Router router = request -> request.path().startsWith("/reports/") ? Optional.of(reports) : Optional.of(orders);
 * }</pre>
 */
@FunctionalInterface
public interface Router {

    /** The balancer for a request, or none: then the request goes out as it is. */
    Optional<LoadBalancer> route(RoutedRequest request);

    /**
     * Goes by the host of the URL, which is the name of the service. Requests to other hosts go out as they are.
     *
     * @throws IllegalArgumentException if there is none, or two are for one service
     */
    static Router of(LoadBalancer... balancers) {
        return of(Arrays.asList(balancers));
    }

    /** Goes by the host of the URL; see {@link #of(LoadBalancer...)}. */
    static Router of(Collection<LoadBalancer> balancers) {
        return new HostRouter(balancers);
    }
}
