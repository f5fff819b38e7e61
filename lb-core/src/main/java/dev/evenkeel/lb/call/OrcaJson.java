package dev.evenkeel.lb.call;

import org.jspecify.annotations.Nullable;

/**
 * Reads a load report in JSON (RFC 8259): an object whose values are numbers, or objects of numbers. Numbers may be in
 * quotes, and null is as good as absent, as in the JSON form of protobuf. Anything else is refused: there is nothing in a
 * load report to recurse into. One use, one thread.
 */
final class OrcaJson {

    private final String text;
    private final OrcaFields fields;
    private int at;

    OrcaJson(String text, OrcaFields fields) {
        this.text = text;
        this.fields = fields;
    }

    /** Returns whether the text is a report, from the first to the last character. */
    boolean read() {
        boolean understood = readObject(null);
        skipSpace();
        return understood && at == text.length();
    }

    /** An object: the whole, or the map of that name. */
    private boolean readObject(@Nullable String map) {
        if (!skip('{')) {
            return false;
        }
        if (skip('}')) {
            return true;
        }
        do {
            String key = readString();
            if (key == null || !skip(':') || !readValue(map, key)) {
                return false;
            }
        } while (skip(','));
        return skip('}');
    }

    private boolean readValue(@Nullable String map, String key) {
        String name = map == null ? snakeCase(key) : map + "." + key;
        skipSpace();
        if (map == null && peek() == '{') {
            return readObject(name);
        }
        if (text.startsWith("null", at)) {
            at += "null".length();
            return true;
        }
        String number = peek() == '"' ? readString() : readNumber();
        return number != null && OrcaHeader.isNumber(number) && fields.addOnce(name, Double.parseDouble(number));
    }

    /** The characters of a number outside quotes, which JSON restricts further: no plus, no leading zero or bare dot. */
    private @Nullable String readNumber() {
        int begin = at;
        while (at < text.length() && isInNumbers(text.charAt(at))) {
            at++;
        }
        String number = text.substring(begin, at);
        int digits = number.startsWith("-") ? 1 : 0;
        boolean leadingZero =
                number.startsWith("0", digits) && number.length() > digits + 1 && isDigit(number.charAt(digits + 1));
        boolean bareDot = number.endsWith(".") || number.contains(".e") || number.contains(".E");
        boolean startsWithDigit = number.length() > digits && isDigit(number.charAt(digits));
        return startsWithDigit && !leadingZero && !bareDot ? number : null;
    }

    private static boolean isInNumbers(char c) {
        return isDigit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private @Nullable String readString() {
        if (!skip('"')) {
            return null;
        }
        StringBuilder string = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return string.toString();
            }
            if (c < ' ') {
                return null;
            }
            if (c != '\\') {
                string.append(c);
                continue;
            }
            int escaped = readEscape();
            if (escaped < 0) {
                return null;
            }
            string.append((char) escaped);
        }
        return null;
    }

    /** What stands after a backslash; -1 if that is nothing. */
    private int readEscape() {
        if (at == text.length()) {
            return -1;
        }
        char c = text.charAt(at++);
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> readHex();
            default -> -1;
        };
    }

    private int readHex() {
        if (text.length() - at < 4) {
            return -1;
        }
        int code = 0;
        for (int i = 0; i < 4; i++) {
            char c = text.charAt(at++);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            code = code << 4 | digit;
        }
        return code;
    }

    private boolean skip(char expected) {
        skipSpace();
        if (peek() != expected) {
            return false;
        }
        at++;
        return true;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** The next character, or 0 at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    /** As protobuf names its fields, which in JSON may be in camel case. */
    private static String snakeCase(String name) {
        return switch (name) {
            case "applicationUtilization" -> "application_utilization";
            case "cpuUtilization" -> "cpu_utilization";
            case "memUtilization" -> "mem_utilization";
            case "rpsFractional" -> "rps_fractional";
            case "namedMetrics" -> OrcaFields.NAMED_METRICS;
            case "requestCost" -> OrcaFields.REQUEST_COST;
            default -> name;
        };
    }
}
