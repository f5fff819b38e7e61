package dev.evenkeel.lb.text;

import com.google.common.base.CharMatcher;

/** A word of HTTP, such as a method, or the name of a header or of a cookie (RFC 9110, 5.6.2). */
public final class HttpToken {

    /** What may be in it, for messages. */
    public static final String EXPECTED = "letters, digits and !#$%&'*+-.^_`|~";

    private static final CharMatcher IN_TOKENS = CharMatcher.inRange('a', 'z')
            .or(CharMatcher.inRange('A', 'Z'))
            .or(CharMatcher.inRange('0', '9'))
            .or(CharMatcher.anyOf("!#$%&'*+-.^_`|~"))
            .precomputed();

    private HttpToken() {}

    public static boolean isOne(String text) {
        return !text.isEmpty() && IN_TOKENS.matchesAllOf(text);
    }
}
