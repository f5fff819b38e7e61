package dev.evenkeel.lb.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** Percent escapes of URLs (RFC 3986, 2.1). A percent sign that begins none stands for itself. */
final class Escapes {

    /** How many characters one has. */
    static final int LENGTH = 3;

    private Escapes() {}

    /** The octet that is escaped here, or -1 if none is. */
    static int octet(CharSequence text, int at) {
        if (at + LENGTH > text.length() || text.charAt(at) != '%') {
            return -1;
        }
        boolean isOne = HexFormat.isHexDigit(text.charAt(at + 1)) && HexFormat.isHexDigit(text.charAt(at + 2));
        return isOne ? HexFormat.fromHexDigits(text, at + 1, at + LENGTH) : -1;
    }

    /** Whether every percent sign begins one. */
    static boolean areComplete(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (octet(text, i) < 0) {
                return false;
            }
        }
        return true;
    }

    /** What the text stands for, other characters as UTF-8. */
    static byte[] octets(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); ) {
            int octet = octet(text, i);
            if (octet >= 0) {
                octets.write(octet);
                i += LENGTH;
            } else {
                int end = text.offsetByCodePoints(i, 1);
                octets.writeBytes(text.substring(i, end).getBytes(UTF_8));
                i = end;
            }
        }
        return octets.toByteArray();
    }

    /** The same as text. */
    static String decoded(String text) {
        return new String(octets(text), UTF_8);
    }
}
