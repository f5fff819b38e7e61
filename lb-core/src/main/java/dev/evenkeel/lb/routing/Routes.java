package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.LoadBalancer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A router that goes by rules: the first one that matches a request decides. What matches none goes out as it is; with
 * {@link Rule#refuse()} as the last rule, it does not. Immutable, safe for concurrent use.
 *
 * <pre>{@code
 * Routes routes = Routes.of(
 *         Rule.to(orders).path("/orders/**"),
 *         Rule.to(carts).path("/carts/**"),
 *         Rule.refuse());
 * HttpClient http = BalancedHttpClient.wrap(client, routes);
 * }</pre>
 *
 * <p><b>Changes.</b> Rules hold no state of instances. {@link Router#current} takes new ones while clients are at work.
 *
 * <p><b>Cost.</b> Rules are found by host and path, so that the number of rules hardly matters; those that differ only in methods,
 * headers or query are tried one after the other. Nothing is allocated but for paths that have escapes, dots or empty segments,
 * and for the result where the path is rewritten or the request mirrored.
 */
public final class Routes implements Router {

    private final List<Rule> rules;
    private final RuleIndex index;

    private Routes(List<Rule> rules) {
        this.rules = rules;
        this.index = new RuleIndex(rules.stream().map(Rule::conditions).toList());
    }

    /**
     * Routes by these rules, in their order.
     *
     * @throws IllegalArgumentException if there is none; if a rule can never be reached, as one before it matches all that it
     *     could match; or if one has no path but a prefix to strip or replace
     */
    public static Routes of(Rule... rules) {
        return of(Arrays.asList(rules));
    }

    /** Routes by these rules, in their order; see {@link #of(Rule...)}. */
    public static Routes of(Collection<Rule> rules) {
        List<Rule> ordered = List.copyOf(rules);
        if (ordered.isEmpty()) {
            throw new IllegalArgumentException("rules: none (expected: at least one)");
        }
        for (int i = 0; i < ordered.size(); i++) {
            check(ordered, i);
        }
        return new Routes(ordered);
    }

    private static void check(List<Rule> rules, int number) {
        Rule rule = rules.get(number);
        rule.checkPrefix();
        for (int before = 0; before < number; before++) {
            if (rules.get(before).conditions().cover(rule.conditions())) {
                throw new IllegalArgumentException("rules: number " + (number + 1) + " (" + rule
                        + ") is never reached, as number " + (before + 1) + " (" + rules.get(before)
                        + ") matches all that it could (expected: the narrower one first)");
            }
        }
    }

    @Override
    public Optional<LoadBalancer> route(RoutedRequest request) {
        return resolve(request).balancer();
    }

    @Override
    public Route resolve(RoutedRequest request) {
        String host = HostPattern.canonical(request.host());
        String path = request.path();
        int number = index.find(request, host, Paths.canonical(path));
        if (Paths.hasEscapedBorders(path)
                && number != index.find(request, host, Paths.canonical(Paths.withEscapedBorders(path)))) {
            throw NoRouteException.of(
                    request, "a server may take the escaped slash for a border, and then another rule would match");
        }
        return number == RuleIndex.NONE ? Route.AS_IT_IS : rules.get(number).route(request);
    }

    @Override
    public String toString() {
        return rules.stream().map(Rule::toString).collect(Collectors.joining("; "));
    }
}
