package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.LoadBalancer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Goes by host: one look-up. */
final class HostRouter implements Router {

    private final Map<String, Route> routes = new HashMap<>();

    HostRouter(Collection<LoadBalancer> given) {
        if (given.isEmpty()) {
            throw new IllegalArgumentException("balancers: none (expected: at least one)");
        }
        for (LoadBalancer balancer : given) {
            if (routes.put(balancer.serviceName(), Route.to(balancer)) != null) {
                throw new IllegalArgumentException(
                        "balancers: two for " + balancer.serviceName() + " (expected: one for each service)");
            }
        }
    }

    @Override
    public Optional<LoadBalancer> route(RoutedRequest request) {
        return resolve(request).balancer();
    }

    @Override
    public Route resolve(RoutedRequest request) {
        return routes.getOrDefault(request.host(), Route.AS_IT_IS);
    }

    @Override
    public String toString() {
        return "router by host over " + routes.keySet();
    }
}
