package dev.evenkeel.lb.routing;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import java.util.Optional;
import java.util.function.Supplier;

/** Hands on to whatever router is the current one. */
final class CurrentRouter implements Router {

    private final Supplier<? extends Router> current;

    CurrentRouter(Supplier<? extends Router> current) {
        this.current = requireNonNull(current, "current");
    }

    @Override
    public Optional<LoadBalancer> route(RoutedRequest request) {
        return current.get().route(request);
    }

    @Override
    public Route resolve(RoutedRequest request) {
        return current.get().resolve(request);
    }

    @Override
    public String toString() {
        return "currently " + current.get();
    }
}
