package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.LoadBalancer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Goes by host: one look-up. */
final class HostRouter implements Router {

    private final Map<String, Optional<LoadBalancer>> balancers = new HashMap<>();

    HostRouter(Collection<LoadBalancer> given) {
        if (given.isEmpty()) {
            throw new IllegalArgumentException("balancers: none (expected: at least one)");
        }
        for (LoadBalancer balancer : given) {
            if (balancers.put(balancer.serviceName(), Optional.of(balancer)) != null) {
                throw new IllegalArgumentException(
                        "balancers: two for " + balancer.serviceName() + " (expected: one for each service)");
            }
        }
    }

    @Override
    public Optional<LoadBalancer> route(RoutedRequest request) {
        return balancers.getOrDefault(request.host(), Optional.empty());
    }

    @Override
    public String toString() {
        return "router by host over " + balancers.keySet();
    }
}
