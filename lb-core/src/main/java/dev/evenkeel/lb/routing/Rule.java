package dev.evenkeel.lb.routing;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.text.Printable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One rule of {@link Routes}: which requests it is for, and what becomes of them. Immutable; each method gives another rule, with
 * one condition more. Without any, a rule is for all requests.
 *
 * <pre>{@code
 * Routes routes = Routes.of(
 *         Rule.to(orders).path("/orders/**").stripPrefix(),
 *         Rule.to(Split.of(95, carts).and(5, cartsCanary)).host("shop.example").path("/carts/{id}"),
 *         Rule.refuse().host("*.example"));
 * }</pre>
 *
 * <p>What is compared: of the host neither case nor a dot at the end, nor the port; the path decoded and with dots
 * {@linkplain #path resolved}; methods and values of headers to the letter; of a header the first value; of a query any
 * parameter of that name, decoded.
 */
public final class Rule {

    private final Conditions conditions;

    /** Whom it leads to; null for nobody. */
    private final @Nullable Split split;

    private final boolean refuses;

    /** What stands in place of the path of the rule; null if nothing does. */
    private final @Nullable String prefix;

    private final @Nullable Mirror mirror;

    /** Of each balancer of the split, without what depends on the request. */
    private final List<Route> routes;

    private Rule(
            Conditions conditions,
            @Nullable Split split,
            boolean refuses,
            @Nullable String prefix,
            @Nullable Mirror mirror) {
        this.conditions = conditions;
        this.split = split;
        this.refuses = refuses;
        this.prefix = prefix;
        this.mirror = mirror;
        this.routes = split == null
                ? List.of(Route.AS_IT_IS)
                : split.balancers().stream()
                        .map(balancer -> Route.to(balancer, split))
                        .toList();
    }

    /** Requests go to the instances of this balancer. */
    public static Rule to(LoadBalancer balancer) {
        return to(Split.of(1, balancer));
    }

    /**
     * Requests are shared out among several balancers.
     *
     * @throws IllegalArgumentException if all have the weight 0
     */
    public static Rule to(Split split) {
        if (split.isEmpty()) {
            throw new IllegalArgumentException("split: all weights are 0 (expected: one that is not)");
        }
        return new Rule(Conditions.NONE, split, false, null, null);
    }

    /** Requests go out as they are, to the host of their URL, as those do that no rule matches. */
    public static Rule passThrough() {
        return new Rule(Conditions.NONE, null, false, null, null);
    }

    /** Requests fail, with an {@link java.io.IOException} whose cause is a {@link NoRouteException}. */
    public static Rule refuse() {
        return new Rule(Conditions.NONE, null, true, null, null);
    }

    /**
     * Only for this host.
     *
     * @param pattern a name or an address, without port; or {@code *.} and a domain, for all names below it, however many
     *     labels these have, and not for the domain itself
     * @throws IllegalArgumentException if no host can be that, or the rule has a host already
     */
    public Rule host(String pattern) {
        if (!conditions.host().isAny()) {
            throw new IllegalArgumentException("host: twice (expected: once for each rule)");
        }
        return with(conditions.withHost(HostPattern.parse(pattern)));
    }

    /**
     * Only for this path.
     *
     * <ul>
     *   <li>{@code /orders} is that path alone, {@code /orders/**} it and all below: {@code /orders/1}, but not
     *       {@code /ordersale}.
     *   <li>{@code {name}} stands for any one segment: {@code /orders/{id}/items}. The name means nothing.
     * </ul>
     *
     * <p>Paths are compared as a careful server reads them: escapes of what needs none are decoded ({@code /%61} is
     * {@code /a}), {@code .} and {@code ..} are resolved, empty segments, a slash at the end and what comes after a
     * semicolon in a segment do not count. An escaped slash belongs to its segment; as some servers take it for a border, a
     * request for which that would make another rule match is refused.
     *
     * @throws IllegalArgumentException if no path can be that, or the rule has a path already
     */
    public Rule path(String pattern) {
        if (!conditions.path().isAny()) {
            throw new IllegalArgumentException("path: twice (expected: once for each rule)");
        }
        return with(conditions.withPath(PathPattern.parse(pattern)));
    }

    /**
     * Only for these methods.
     *
     * @throws IllegalArgumentException if one of them cannot be a method, or is one in lower case; or the rule has methods already
     */
    public Rule method(String first, String... more) {
        if (!conditions.methods().isEmpty()) {
            throw new IllegalArgumentException("method: twice (expected: once for each rule, with several methods)");
        }
        Set<String> methods = new LinkedHashSet<>();
        methods.add(HttpWords.method(first));
        for (String another : more) {
            methods.add(HttpWords.method(another));
        }
        return with(conditions.withMethods(methods));
    }

    /**
     * Only for requests that have this header, whatever its value. May be called for several headers.
     *
     * @throws IllegalArgumentException if it cannot be the name of a header
     */
    public Rule header(String name) {
        return with(conditions.withHeader(new Expectation(HttpWords.headerName("name", name), null)));
    }

    /**
     * Only for requests whose header of this name has exactly this value. May be called for several headers.
     *
     * @throws IllegalArgumentException if it cannot be the name or the value of a header, or the rule wants another value already
     */
    public Rule header(String name, String value) {
        String checked = HttpWords.headerName("name", name);
        return with(conditions.withHeader(new Expectation(checked, HttpWords.headerValue(checked, value))));
    }

    /** Only for requests that have this query parameter, whatever its value. May be called for several parameters. */
    public Rule query(String name) {
        return with(conditions.withQuery(new Expectation(requireNonNull(name, "name"), null)));
    }

    /** Only for requests that have a query parameter of this name and value. May be called for several parameters. */
    public Rule query(String name, String value) {
        return with(
                conditions.withQuery(new Expectation(requireNonNull(name, "name"), requireNonNull(value, "value"))));
    }

    private Rule with(Conditions others) {
        return new Rule(others, split, refuses, prefix, mirror);
    }

    /**
     * The instance is asked for the path without the part that the rule has before {@code /**}, or all of it:
     * {@code /orders/1} becomes {@code /1}. The caller goes on seeing its own path.
     *
     * @throws IllegalArgumentException if the rule leads to no balancer
     */
    public Rule stripPrefix() {
        return withPrefix("stripPrefix", "");
    }

    /**
     * The instance is asked for the path with this in place of the part that the rule has before {@code /**}, or all of it.
     *
     * @param replacement a path without a slash at the end, escaped as in a URL
     * @throws IllegalArgumentException if it is not, or the rule leads to no balancer
     */
    public Rule replacePrefix(String replacement) {
        if (!Paths.isPrefix(requireNonNull(replacement, "replacement"))) {
            throw new IllegalArgumentException("replacement: " + Printable.of((Object) replacement)
                    + " (expected: a path as in a URL, such as /v2, without a slash at the end)");
        }
        return withPrefix("replacePrefix", replacement);
    }

    private Rule withPrefix(String what, String replacement) {
        checkTarget(what);
        return new Rule(conditions, split, refuses, replacement, mirror);
    }

    /**
     * Copies go to a mirror as well, with the path that the instance is asked for: see {@link Mirror}.
     *
     * @throws IllegalArgumentException if the rule leads to no balancer
     */
    public Rule mirror(Mirror to) {
        checkTarget("mirror");
        return new Rule(conditions, split, refuses, prefix, requireNonNull(to, "to"));
    }

    private void checkTarget(String what) {
        if (split == null) {
            throw new IllegalArgumentException(what + ": on a rule without balancer (expected: on one with Rule.to)");
        }
    }

    /** Checked when all is known. */
    void checkPrefix() {
        if (prefix != null && conditions.path().isAny()) {
            throw new IllegalArgumentException(
                    "prefix: to be rewritten by a rule for any path: " + this + " (expected: a rule with a path)");
        }
    }

    Conditions conditions() {
        return conditions;
    }

    /** What becomes of a request that the rule matches. */
    Route route(RoutedRequest request) {
        if (refuses) {
            throw NoRouteException.of(request, "refused by the rule for " + conditions);
        }
        Route route = split == null ? routes.get(0) : routes.get(split.choose(request));
        if (prefix != null) {
            route = route.asking(rewritten(prefix, request.path()));
        }
        return mirror != null && mirror.isDrawn(request) ? route.withMirror(mirror) : route;
    }

    private String rewritten(String begin, String path) {
        String whole = begin + Paths.withoutFirst(conditions.path().segments().size(), path);
        return whole.isEmpty() ? "/" : whole;
    }

    @Override
    public String toString() {
        return conditions + " -> " + (split != null ? split : refuses ? "refused" : "as it is");
    }
}
