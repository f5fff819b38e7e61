package dev.evenkeel.lb.routing;

import static java.util.Objects.requireNonNull;

import com.google.common.base.CharMatcher;
import dev.evenkeel.lb.text.HttpToken;
import dev.evenkeel.lb.text.Printable;
import java.util.Locale;
import java.util.Set;

/** Checks what a rule says of the words of HTTP, so that nothing is asked for that no request can have. */
final class HttpWords {

    private static final CharMatcher IN_VALUES = CharMatcher.inRange(' ', '~').or(CharMatcher.is('\t'));

    /** Those that somebody might write in lower case, which makes them others. */
    private static final Set<String> COMMON_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT");

    private HttpWords() {}

    static String method(String method) {
        if (!HttpToken.isOne(requireNonNull(method, "method"))) {
            throw refusal("method", method, "a method of HTTP, such as GET");
        }
        String upper = method.toUpperCase(Locale.ROOT);
        if (!method.equals(upper) && COMMON_METHODS.contains(upper)) {
            throw refusal("method", method, upper + ": methods are told apart by case");
        }
        return method;
    }

    /** The name in lower case. */
    static String headerName(String parameter, String name) {
        if (!HttpToken.isOne(requireNonNull(name, parameter))) {
            throw refusal(parameter, name, "the name of a header: " + HttpToken.EXPECTED);
        }
        return name.toLowerCase(Locale.ROOT);
    }

    /** The value is not echoed: it may be secret. */
    static String headerValue(String name, String value) {
        requireNonNull(value, "value");
        if (!IN_VALUES.matchesAllOf(value) || !value.equals(value.strip())) {
            throw new IllegalArgumentException(
                    "value: of header " + name + " (expected: printable ASCII without blanks around it)");
        }
        return value;
    }

    private static IllegalArgumentException refusal(String parameter, String given, String expected) {
        return new IllegalArgumentException(
                parameter + ": " + Printable.of((Object) given) + " (expected: " + expected + ")");
    }
}
