package dev.evenkeel.lb.routing;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The form in which rules match paths, so that another way to write the same path is no way around a rule:
 *
 * <ul>
 *   <li>Octets that need no escape have none, all others have one, in capitals: {@code /%61} is {@code /a}, {@code /é} is
 *       {@code /%C3%A9}. An escaped slash is no border, and stays {@code %2F}; see {@link #withEscapedBorders}.
 *   <li>Segments {@code .} and {@code ..} are resolved (RFC 3986, 5.2.4), escaped or not.
 *   <li>What comes after a semicolon in a segment is not compared, as many servers take it off. Nor are empty segments, or a
 *       slash at the end.
 * </ul>
 */
final class Paths {

    /** Of a segment, what stands for itself: {@code pchar} of RFC 3986 without escapes, and without the semicolon. */
    private static final boolean[] LITERAL = new boolean[0x80];

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    static {
        String literals = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,=:@";
        literals.chars().forEach(c -> LITERAL[c] = true);
    }

    private Paths() {}

    /** The path in that form; the same object if it has it already, but for a slash at the end. */
    static String canonical(String raw) {
        if (isPlain(raw)) {
            return raw;
        }
        return "/" + segments(raw).stream().map(Segment::name).collect(Collectors.joining("/"));
    }

    /** What is left of the path when so many segments are taken off: without those that are empty, or dots. */
    static String withoutFirst(int segments, String raw) {
        if (isPlain(raw)) {
            int end = 0;
            for (int i = 0; i < segments; i++) {
                int next = raw.indexOf('/', end + 1);
                end = next < 0 ? raw.length() : next;
            }
            return raw.substring(end);
        }
        String rest = segments(raw).stream()
                .skip(segments)
                .map(segment -> "/" + segment.raw())
                .collect(Collectors.joining());
        return raw.endsWith("/") ? rest + "/" : rest;
    }

    /** Whether the path has escaped slashes, which some servers take for borders. */
    static boolean hasEscapedBorders(String raw) {
        for (int i = raw.indexOf('%'); i >= 0; i = raw.indexOf('%', i + 1)) {
            if (isEscapedBorder(raw, i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEscapedBorder(String raw, int at) {
        int octet = Escapes.octet(raw, at);
        return octet == '/' || octet == '\\';
    }

    /** The path as those servers read it. */
    static String withEscapedBorders(String raw) {
        StringBuilder read = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); ) {
            boolean border = isEscapedBorder(raw, i);
            read.append(border ? '/' : raw.charAt(i));
            i += border ? Escapes.LENGTH : 1;
        }
        return read.toString();
    }

    /** Whether it can stand in a URL, and is nothing more than a path there. */
    static boolean isWritten(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c == 0x7f || c == '?' || c == '#') {
                return false;
            }
        }
        return path.startsWith("/");
    }

    /** Whether a rule may put it in front of others: {@code /v2}, in that form, without a slash at the end. */
    static boolean isPrefix(String path) {
        return path.startsWith("/") && !path.endsWith("/") && path.equals(canonical(path));
    }

    /** The segments that count. */
    private static List<Segment> segments(String raw) {
        List<Segment> segments = new ArrayList<>();
        for (int start = 0; start <= raw.length(); ) {
            int slash = raw.indexOf('/', start);
            int end = slash < 0 ? raw.length() : slash;
            Segment segment = Segment.of(raw.substring(start, end));
            switch (segment.name()) {
                case "", "." -> {}
                case ".." -> {
                    if (!segments.isEmpty()) {
                        segments.remove(segments.size() - 1);
                    }
                }
                default -> segments.add(segment);
            }
            start = end + 1;
        }
        return segments;
    }

    /** Whether it has that form already, as nearly all have. */
    private static boolean isPlain(String raw) {
        if (!raw.startsWith("/")) {
            return false;
        }
        int start = 1;
        for (int i = 1; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '/') {
                if (i == start || isDots(raw, start, i)) {
                    return false;
                }
                start = i + 1;
            } else if (c >= LITERAL.length || !LITERAL[c]) {
                return false;
            }
        }
        return !isDots(raw, start, raw.length());
    }

    private static boolean isDots(String raw, int start, int end) {
        int length = end - start;
        return (length == 1 || length == 2) && raw.charAt(start) == '.' && raw.charAt(end - 1) == '.';
    }

    /**
     * One segment.
     *
     * @param raw as it stands in the URL
     * @param name as it is compared
     */
    private record Segment(String raw, String name) {

        static Segment of(String raw) {
            int semicolon = raw.indexOf(';');
            return new Segment(raw, escaped(Escapes.octets(semicolon < 0 ? raw : raw.substring(0, semicolon))));
        }

        private static String escaped(byte[] octets) {
            StringBuilder name = new StringBuilder(octets.length);
            for (byte octet : octets) {
                if (octet > 0 && LITERAL[octet]) {
                    name.append((char) octet);
                } else {
                    HEX.toHexDigits(name.append('%'), octet);
                }
            }
            return name.toString();
        }
    }
}
