package dev.evenkeel.lb.routing;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.text.HostNames;
import dev.evenkeel.lb.text.Printable;
import java.util.Locale;

/**
 * Which hosts a rule is for.
 *
 * @param name the host, or with a wildcard what comes after its dot; empty for any host
 * @param wildcard whether names with one label or more before that are meant
 */
record HostPattern(String name, boolean wildcard) {

    static final HostPattern ANY = new HostPattern("", true);

    private static final String STAR = "*.";

    static HostPattern parse(String text) {
        requireNonNull(text, "host");
        boolean wildcard = text.startsWith(STAR);
        String name = wildcard ? text.substring(STAR.length()) : text;
        if (name.indexOf('*') >= 0) {
            throw new IllegalArgumentException("host: " + Printable.of((Object) text)
                    + " (expected: a host, or *. and what comes after; no host for any)");
        }
        return new HostPattern(
                wildcard ? HostNames.canonicalServiceName("host", name) : HostNames.canonicalHost("host", name),
                wildcard);
    }

    /** The host of a request in the form in which patterns are compared with it; the same object if it has it already. */
    static String canonical(String host) {
        if (isPlain(host)) {
            return host;
        }
        try {
            return HostNames.canonicalHost("host", host);
        } catch (IllegalArgumentException odd) { // no name of a rule, but perhaps a part of a domain
            return host.toLowerCase(Locale.ROOT);
        }
    }

    private static boolean isPlain(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')) {
                return false;
            }
        }
        return !host.endsWith(".");
    }

    boolean isAny() {
        return name.isEmpty();
    }

    /** Whether this one matches every host that the other one matches. */
    boolean covers(HostPattern other) {
        if (isAny() || equals(other)) {
            return true;
        }
        return wildcard && other.name.endsWith("." + name);
    }

    @Override
    public String toString() {
        return wildcard ? STAR + name : name;
    }
}
