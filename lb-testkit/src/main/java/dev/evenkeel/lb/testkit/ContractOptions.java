package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.routing.Router;
import java.util.Arrays;
import java.util.Optional;

/** How the suite wants a client built. An immutable value. */
public final class ContractOptions {

    private final Router router;
    private final Optional<String> stickyHeader;
    private final boolean followsRedirects;

    private ContractOptions(Router router, Optional<String> stickyHeader, boolean followsRedirects) {
        this.router = router;
        this.stickyHeader = stickyHeader;
        this.followsRedirects = followsRedirects;
    }

    /** A client in front of these balancers, by host. */
    public static ContractOptions of(LoadBalancer... balancers) {
        return of(Router.of(Arrays.asList(balancers)));
    }

    /** A client that goes by this router. */
    public static ContractOptions of(Router router) {
        return new ContractOptions(requireNonNull(router, "router"), Optional.empty(), false);
    }

    /** Takes the sticky key from this header, and strips the header. */
    public ContractOptions withStickyHeader(String name) {
        return new ContractOptions(router, Optional.of(name), followsRedirects);
    }

    /** Follows redirects, as far as the client does that by default once it is told to follow any. */
    public ContractOptions followingRedirects() {
        return new ContractOptions(router, stickyHeader, true);
    }

    public Router router() {
        return router;
    }

    /**
     * If present: the client's {@code pickRequest} function makes the value of this header the sticky key (no header, no
     * key), and {@code stripHeaders} removes it from what is sent.
     */
    public Optional<String> stickyHeader() {
        return stickyHeader;
    }

    /** Whether the client follows redirects; otherwise it follows none. */
    public boolean followsRedirects() {
        return followsRedirects;
    }
}
