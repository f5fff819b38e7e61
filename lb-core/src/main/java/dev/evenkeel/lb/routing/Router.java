package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.LoadBalancer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Decides which service a request is for. Called for every request, by any number of threads at once. A function will do;
 * {@link Routes} goes by rules.
 *
 * <pre>{@code
 * Router router = request -> request.path().startsWith("/reports/") ? Optional.of(reports) : Optional.of(orders);
 * }</pre>
 */
@FunctionalInterface
public interface Router {

    /**
     * The balancer for a request, or none: then the request goes out as it is.
     *
     * @throws NoRouteException if the request must not go out at all
     */
    Optional<LoadBalancer> route(RoutedRequest request);

    /**
     * All that is decided about a request, which is what the clients ask for: the balancer that {@link #route} answers with,
     * unless this router also rewrites paths or mirrors calls. Who wraps a router passes on this method, too.
     *
     * @throws NoRouteException as {@link #route}
     */
    default Route resolve(RoutedRequest request) {
        return route(request).map(Route::to).orElse(Route.AS_IT_IS);
    }

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

    /**
     * Goes by whatever router is the current one when a request comes, so that rules can change while clients use them. The
     * balancers are not part of it: what they know of their instances stays.
     *
     * <pre>{@code
     * AtomicReference<Router> rules = new AtomicReference<>(Routes.of(Rule.to(orders).path("/orders/**")));
     * Router router = Router.current(rules::get);
     * rules.set(Routes.of(Rule.to(orders).path("/v2/orders/**")));
     * }</pre>
     *
     * @param current asked for each request, by any thread
     */
    static Router current(Supplier<? extends Router> current) {
        return new CurrentRouter(current);
    }
}
