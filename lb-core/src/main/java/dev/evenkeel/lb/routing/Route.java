package dev.evenkeel.lb.routing;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.text.Printable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Router} has decided about one request: where it goes, with what path, and whether a copy goes elsewhere.
 * Immutable.
 */
public final class Route {

    /** The request goes out as it is, to the host of its URL. */
    public static final Route AS_IT_IS = new Route(Optional.empty(), Optional.empty(), Optional.empty(), null);

    private final Optional<LoadBalancer> balancer;
    private final Optional<String> path;
    private final Optional<Mirror> mirror;

    /** What the balancer was drawn from. */
    private final @Nullable Split split;

    private Route(
            Optional<LoadBalancer> balancer, Optional<String> path, Optional<Mirror> mirror, @Nullable Split split) {
        this.balancer = balancer;
        this.path = path;
        this.mirror = mirror;
        this.split = split;
    }

    /** The request goes to an instance of this balancer, otherwise as it is. */
    public static Route to(LoadBalancer balancer) {
        return new Route(Optional.of(requireNonNull(balancer, "balancer")), Optional.empty(), Optional.empty(), null);
    }

    /** One that was drawn. */
    static Route to(LoadBalancer balancer, Split split) {
        return new Route(Optional.of(balancer), Optional.empty(), Optional.empty(), split);
    }

    /**
     * The same, but the instance is asked for this path. The caller goes on seeing its own.
     *
     * @param rewritten the path as it stands in a URL, escapes included, without query
     * @throws IllegalArgumentException if it does not begin with a slash, or has blanks, control characters, {@code ?} or
     *     {@code #}; or if the request goes out as it is
     */
    public Route withPath(String rewritten) {
        if (!Paths.isWritten(rewritten)) {
            throw new IllegalArgumentException("path: " + Printable.of((Object) rewritten)
                    + " (expected: a path as in a URL, beginning with /, without query)");
        }
        checkBalanced("path");
        return asking(rewritten);
    }

    /** The same, for what is known to be a path. */
    Route asking(String path) {
        return new Route(balancer, Optional.of(path), mirror, split);
    }

    /**
     * The same, and a copy goes to a mirror.
     *
     * @throws IllegalArgumentException if the request goes out as it is
     */
    public Route withMirror(Mirror of) {
        checkBalanced("mirror");
        return new Route(balancer, path, Optional.of(of), split);
    }

    private void checkBalanced(String what) {
        if (balancer.isEmpty()) {
            throw new IllegalArgumentException(what + ": of a request that goes out as it is (expected: a balancer)");
        }
    }

    /** Who picks the instance; nobody if the request goes out as it is. */
    public Optional<LoadBalancer> balancer() {
        return balancer;
    }

    /** The path to ask the instance for, as it stands in a URL; none if it is the caller's. */
    public Optional<String> path() {
        return path;
    }

    /** Who gets a copy of this request. */
    public Optional<Mirror> mirror() {
        return mirror;
    }

    /** The route of that copy: to the mirror, with the same path. None if there is no copy. */
    public Optional<Route> copy() {
        return mirror.map(to -> new Route(Optional.of(to.balancer()), path, Optional.empty(), null));
    }

    /**
     * Whether this and the other lead to the same service, so that credentials which were sent to one may be sent to the
     * other: a service of the same name, another part of the same {@link Split}, or both times out as it is.
     */
    public boolean isSameServiceAs(Route other) {
        if (balancer.isEmpty() || other.balancer.isEmpty()) {
            return balancer.isEmpty() && other.balancer.isEmpty();
        }
        return balancer.get().serviceName().equals(other.balancer.get().serviceName()) || isOfTheSplitOf(other);
    }

    /**
     * Whether this and the other lead to the same balancer, to parts of one {@link Split}, or both times out as it is, so that a
     * client which is redirected from one to the other may stay at its instance.
     */
    public boolean isSameTargetAs(Route other) {
        return balancer.equals(other.balancer) || isOfTheSplitOf(other);
    }

    private boolean isOfTheSplitOf(Route other) {
        return split != null && split == other.split;
    }

    @Override
    public String toString() {
        return balancer.map(LoadBalancer::serviceName).orElse("as it is")
                + path.map(rewritten -> ", as " + Printable.of(rewritten)).orElse("")
                + mirror.map(copy -> ", " + copy).orElse("");
    }
}
