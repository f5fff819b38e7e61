package dev.evenkeel.lb.routing;

/** Looks for parameters in the query of a URL, without taking it apart. */
final class QueryText {

    private QueryText() {}

    /** Whether one of the parameters meets it. Escapes are decoded, as UTF-8, and a plus is a blank. */
    static boolean meets(String query, Expectation expected) {
        for (int start = 0; start <= query.length(); ) {
            int next = query.indexOf('&', start);
            int end = next < 0 ? query.length() : next;
            int equals = query.indexOf('=', start);
            int nameEnd = equals < 0 || equals > end ? end : equals;
            String value = expected.value();
            if (is(query, start, nameEnd, expected.name())
                    && (value == null || is(query, Math.min(nameEnd + 1, end), end, value))) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    private static boolean is(String query, int start, int end, String expected) {
        boolean plain = true;
        for (int i = start; i < end; i++) {
            char c = query.charAt(i);
            plain &= c != '%' && c != '+' && c < 0x80;
        }
        return plain
                ? expected.length() == end - start && query.startsWith(expected, start)
                : Escapes.decoded(query.substring(start, end).replace('+', ' ')).equals(expected);
    }
}
