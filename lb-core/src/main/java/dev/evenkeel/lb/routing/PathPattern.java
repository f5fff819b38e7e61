package dev.evenkeel.lb.routing;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.text.Printable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which paths a rule is for. Immutable. */
final class PathPattern {

    static final PathPattern ANY = new PathPattern("/**", List.of(), true);

    private static final String ALL_BELOW = "**";

    private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z0-9_-]+}");

    private final String text;
    private final List<@Nullable String> segments;
    private final boolean open;

    private PathPattern(String text, List<@Nullable String> segments, boolean open) {
        this.text = text;
        this.segments = segments;
        this.open = open;
    }

    static PathPattern parse(String text) {
        requireNonNull(text, "path");
        if (!text.startsWith("/")) {
            throw refusal(text, "to begin with /");
        }
        if (text.indexOf('?') >= 0 || text.indexOf('#') >= 0 || text.indexOf(';') >= 0) {
            throw refusal(text, "a path alone, without '?', '#' and ';'");
        }
        if (!Escapes.areComplete(text)) {
            throw refusal(text, "two hexadecimal digits after each %");
        }
        if (!Printable.isPrintable(text)) {
            throw refusal(text, "printable characters");
        }
        List<@Nullable String> segments = new ArrayList<>();
        String rest = text.substring(1);
        while (!rest.isEmpty()) {
            int slash = rest.indexOf('/');
            String segment = slash < 0 ? rest : rest.substring(0, slash);
            if (segment.equals(ALL_BELOW) && slash < 0) {
                return new PathPattern(text, Collections.unmodifiableList(segments), true);
            }
            segments.add(segment(text, segment));
            if (slash == rest.length() - 1) {
                throw refusal(text, "no slash at the end, as it makes no difference; /** for all paths below");
            }
            rest = slash < 0 ? "" : rest.substring(slash + 1);
        }
        return new PathPattern(text, Collections.unmodifiableList(segments), false);
    }

    /** What is compared, or null for a variable. */
    private static @Nullable String segment(String text, String segment) {
        if (segment.isEmpty()) {
            throw refusal(text, "no empty segment, as those of requests are not compared");
        }
        if (VARIABLE.matcher(segment).matches()) {
            return null;
        }
        if (segment.indexOf('*') >= 0) {
            throw refusal(text, "* only as /** at the end; a name in braces stands for any one segment");
        }
        if (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0) {
            throw refusal(text, "braces only around a whole segment, with letters, digits, '-' and '_' in them");
        }
        String canonical = Paths.canonical("/" + segment).substring(1);
        if (canonical.isEmpty()) {
            throw refusal(text, "no segments . and .., as those of requests are resolved before");
        }
        return canonical;
    }

    private static IllegalArgumentException refusal(String text, String expected) {
        return new IllegalArgumentException("path: " + Printable.of((Object) text) + " (expected: " + expected + ")");
    }

    boolean isAny() {
        return open && segments.isEmpty();
    }

    /** What is compared segment by segment; null where any one will do. */
    List<@Nullable String> segments() {
        return segments;
    }

    /** Whether it is for all paths that begin like that. */
    boolean isOpen() {
        return open;
    }

    /** Whether this one matches every path that the other one matches. */
    boolean covers(PathPattern other) {
        int length = segments.size();
        if (open ? other.segments.size() < length : other.open || other.segments.size() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            String segment = segments.get(i);
            if (segment != null && !segment.equals(other.segments.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return text;
    }
}
