package dev.evenkeel.lb.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a request has to be for a rule to match. Immutable.
 *
 * @param methods none for any
 */
record Conditions(
        HostPattern host, PathPattern path, Set<String> methods, List<Expectation> headers, List<Expectation> query) {

    static final Conditions NONE = new Conditions(HostPattern.ANY, PathPattern.ANY, Set.of(), List.of(), List.of());

    Conditions withHost(HostPattern pattern) {
        return new Conditions(pattern, path, methods, headers, query);
    }

    Conditions withPath(PathPattern pattern) {
        return new Conditions(host, pattern, methods, headers, query);
    }

    Conditions withMethods(Set<String> names) {
        return new Conditions(host, path, Set.copyOf(names), headers, query);
    }

    Conditions withHeader(Expectation expected) {
        if (headers.stream().anyMatch(expected::contradicts)) {
            throw new IllegalArgumentException(
                    "header: " + expected.name() + " with two values (expected: one, as the first value counts)");
        }
        return new Conditions(host, path, methods, with(headers, expected), query);
    }

    Conditions withQuery(Expectation expected) {
        return new Conditions(host, path, methods, headers, with(query, expected));
    }

    private static List<Expectation> with(List<Expectation> some, Expectation another) {
        List<Expectation> all = new ArrayList<>(some);
        all.add(another);
        return List.copyOf(all);
    }

    /** Whether a request with such a host and path matches. */
    boolean matchRest(RoutedRequest request) {
        return (methods.isEmpty() || methods.contains(request.method()))
                && (headers.isEmpty() || meetsHeaders(request))
                && (query.isEmpty() || meetsQuery(request));
    }

    private boolean meetsHeaders(RoutedRequest request) {
        for (Expectation expected : headers) {
            Optional<String> value = request.header(expected.name());
            if (value.isEmpty()
                    || (expected.value() != null && !expected.value().equals(value.get()))) {
                return false;
            }
        }
        return true;
    }

    private boolean meetsQuery(RoutedRequest request) {
        String text = request.query().orElse(null);
        if (text == null) {
            return false;
        }
        for (Expectation expected : query) {
            if (!QueryText.meets(text, expected)) {
                return false;
            }
        }
        return true;
    }

    /** Whether every request that meets the others meets these. */
    boolean cover(Conditions others) {
        return host.covers(others.host)
                && path.covers(others.path)
                && (methods.isEmpty() || (!others.methods.isEmpty() && methods.containsAll(others.methods)))
                && areImplied(headers, others.headers)
                && areImplied(query, others.query);
    }

    private static boolean areImplied(List<Expectation> some, List<Expectation> by) {
        return some.stream().allMatch(one -> by.stream().anyMatch(one::isImpliedBy));
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (!host.isAny()) {
            parts.add("host " + host);
        }
        if (!path.isAny()) {
            parts.add("path " + path);
        }
        if (!methods.isEmpty()) {
            parts.add(String.join("|", new TreeSet<>(methods)));
        }
        headers.forEach(expected -> parts.add("header " + expected));
        query.forEach(expected -> parts.add("query " + expected));
        return parts.isEmpty() ? "anything" : String.join(", ", parts);
    }
}
