package dev.evenkeel.lb.text;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import java.net.IDN;
import java.util.List;
import java.util.Locale;

/**
 * Reads hosts and brings each into the one form that is used everywhere: lower case, ASCII (punycode), no trailing dot,
 * IPv6 compressed and without brackets, IPv4-mapped IPv6 as IPv4.
 *
 * <p>Accepts only what every client can put into a URL. In particular, of the many spellings of an IPv4 address
 * ({@code 127.1}, {@code 0x7f000001}, {@code 010.0.0.1}) only the plain one passes, as resolvers disagree on the others.
 */
public final class HostNames {

    private static final int MAX_HOST = 253;
    private static final int MAX_LABEL = 63;
    private static final Splitter DOTS = Splitter.on('.');

    private HostNames() {}

    /**
     * The canonical form of a host name or an IP address.
     *
     * @param parameter what the host is called in messages
     * @throws NullPointerException if the host is null
     * @throws IllegalArgumentException if it is neither a host name nor an IP address
     */
    public static String canonicalHost(String parameter, String host) {
        requireNonNull(host, parameter);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        if (bare.indexOf(':') >= 0 && InetAddresses.isInetAddress(withoutZone(bare))) {
            if (bare.indexOf('%') >= 0) {
                throw refusal(parameter, host, "an address without a zone, which means nothing to other machines");
            }
            return InetAddresses.toAddrString(InetAddresses.forString(bare));
        }
        return canonicalName(
                parameter,
                host,
                "a host name or an IP address, without scheme, port or path"
                        + (host.indexOf('_') >= 0 ? "; '_' cannot be in a URL" : ""));
    }

    /**
     * The canonical form of a host name that is not an address.
     *
     * @throws NullPointerException if the name is null
     * @throws IllegalArgumentException if it cannot be the host of a URL, or is an address
     */
    public static String canonicalServiceName(String parameter, String name) {
        requireNonNull(name, parameter);
        String suggestion = name.replace('_', '-');
        String canonical = canonicalName(
                parameter,
                name,
                "a name that can be the host of a URL: letters, digits, '-' and '.', the last label starting with a letter"
                        + (suggestion.equals(name) ? "" : ", for instance " + Printable.of(suggestion)));
        if (InetAddresses.isInetAddress(canonical)) {
            throw refusal(parameter, name, "the name of a service, not an address");
        }
        return canonical;
    }

    /** Whether a canonical host is an IPv6 address, which takes brackets before a port. */
    public static boolean isIpv6(String canonicalHost) {
        return canonicalHost.indexOf(':') >= 0;
    }

    private static String withoutZone(String address) {
        int percent = address.indexOf('%');
        return percent < 0 ? address : address.substring(0, percent);
    }

    private static String canonicalName(String parameter, String given, String expected) {
        String name = given.endsWith(".") ? given.substring(0, given.length() - 1) : given;
        if (name.isBlank()) {
            throw refusal(parameter, given, expected);
        }
        String ascii = name.length() > MAX_HOST
                ? name
                : toAscii(parameter, given, name, expected).toLowerCase(Locale.ROOT);
        if (ascii.length() > MAX_HOST) {
            throw refusal(parameter, given, "at most " + MAX_HOST + " characters");
        }
        List<String> labels = DOTS.splitToList(ascii);
        for (String label : labels) {
            if (label.length() > MAX_LABEL) {
                throw refusal(parameter, given, "labels of at most " + MAX_LABEL + " characters");
            }
            if (!isLabel(label)) {
                throw refusal(parameter, given, expected);
            }
        }
        String last = labels.get(labels.size() - 1);
        boolean looksLikeAnAddress = labels.size() > 1 ? isDigit(last.charAt(0)) : isNumber(last);
        if (looksLikeAnAddress && !isPlainIpv4(ascii)) {
            throw refusal(parameter, given, expected);
        }
        return ascii;
    }

    private static String toAscii(String parameter, String given, String name, String expected) {
        if (name.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            return name;
        }
        if (name.chars().anyMatch(c -> c <= ' ' || c == 0x7f || isAmbiguous(c)) || !Printable.isPrintable(name)) {
            throw refusal(parameter, given, expected);
        }
        try {
            return IDN.toASCII(name);
        } catch (IllegalArgumentException unmappable) {
            throw refusal(parameter, given, expected);
        }
    }

    /** Sharp s and final sigma: letters of their own for some clients, spellings of others for the rest (RFC 5894, 7.2). */
    private static boolean isAmbiguous(int c) {
        return c == 0xdf || c == 0x3c2;
    }

    /** Punycode that stands for something, and is the only way to write it. */
    private static boolean isReadable(String label) {
        if (!label.startsWith("xn--")) {
            return true;
        }
        String unicode = IDN.toUnicode(label);
        try {
            return !unicode.equals(label) && IDN.toASCII(unicode).equals(label);
        } catch (IllegalArgumentException unmappable) {
            return false;
        }
    }

    private static boolean isLabel(String label) {
        return !label.isEmpty()
                && !label.startsWith("-")
                && !label.endsWith("-")
                && label.chars().allMatch(c -> isLetterOrDigit(c) || c == '-')
                && isReadable(label);
    }

    /** Digits alone, or hexadecimal: what some resolvers take for an address. */
    private static boolean isNumber(String label) {
        return label.chars().allMatch(HostNames::isDigit)
                || (label.startsWith("0x")
                        && label.chars().skip(2).allMatch(c -> isDigit(c) || (c >= 'a' && c <= 'f')));
    }

    private static boolean isPlainIpv4(String ascii) {
        return InetAddresses.isInetAddress(ascii)
                && InetAddresses.toAddrString(InetAddresses.forString(ascii)).equals(ascii);
    }

    private static boolean isLetterOrDigit(int c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static IllegalArgumentException refusal(String parameter, String given, String expected) {
        return new IllegalArgumentException(parameter + ": " + Printable.of(given) + " (expected: " + expected + ")");
    }
}
