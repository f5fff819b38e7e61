package dev.evenkeel.lb.httpclient;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Makes of a caller's request the one that goes to the instance. It is copied by the JDK's own builder, which also knows
 * what later versions of Java add to a request.
 */
final class RequestRewriting {

    private final List<String> strippedHeaders;
    private final BiPredicate<String, String> kept;
    private final boolean tellsHost;

    /**
     * Rewriting that drops these headers, in any case.
     *
     * @param tellsHost whether to add what the caller called the service
     */
    RequestRewriting(List<String> strippedHeaders, boolean tellsHost) {
        this.strippedHeaders = List.copyOf(strippedHeaders);
        this.tellsHost = tellsHost;
        String[] stripped = strippedHeaders.toArray(new String[0]);
        this.kept = stripped.length == 0 ? (name, value) -> true : (name, value) -> !contains(stripped, name);
    }

    /** The same, that drops these headers, too. */
    RequestRewriting without(Collection<String> more) {
        List<String> all = new ArrayList<>(strippedHeaders);
        all.addAll(more);
        return new RequestRewriting(all, tellsHost);
    }

    /** A copy without the headers that stay here, still addressed to the service. */
    HttpRequest.Builder copy(HttpRequest request) {
        HttpRequest.Builder copy = HttpRequest.newBuilder(request, kept);
        if (tellsHost) {
            Origin origin = Origin.of(request.uri());
            copy.setHeader("X-Forwarded-Host", origin.authority());
            copy.setHeader("X-Forwarded-Proto", origin.scheme());
        }
        return copy;
    }

    /** The same URL with another path, its query and its escapes as they are. */
    static URI withPath(URI uri, String path) {
        String text = uri.toString();
        int begin = text.indexOf("//") + 2;
        int pathBegin = begin + uri.getRawAuthority().length();
        int end = pathBegin + uri.getRawPath().length();
        return URI.create(text.substring(0, pathBegin) + path + text.substring(end));
    }

    private static boolean contains(String[] names, String name) {
        for (String one : names) {
            if (one.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
