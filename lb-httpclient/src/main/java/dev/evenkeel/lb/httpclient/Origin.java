package dev.evenkeel.lb.httpclient;

import java.net.URI;
import java.util.Locale;

/**
 * Whom a URL is for, in the eyes of the caller.
 *
 * @param scheme {@code http} or {@code https}, also for WebSockets
 * @param host in lower case, without a trailing dot
 * @param port as in the URL; -1 if there is none
 */
record Origin(String scheme, String host, int port) {

    /** The origin of a URL that has a host. */
    static Origin of(URI uri) {
        return new Origin(isSecure(uri) ? "https" : "http", host(uri.getHost()), uri.getPort());
    }

    /** Whether it takes TLS to get there. */
    static boolean isSecure(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme()) || "wss".equalsIgnoreCase(uri.getScheme());
    }

    /** A host in the one form in which hosts are compared. */
    static String host(String given) {
        String lower = given.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    boolean isSecure() {
        return scheme.equals("https");
    }

    /** Host and port as they stand in a URL. */
    String authority() {
        return port < 0 ? host : host + ":" + port;
    }

    /** The URL at this origin that one at an instance stands for. */
    URI logical(URI atInstance) {
        return Authority.replaced(CallersPath.restored(atInstance), authority());
    }
}
