package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Makes of a caller's request the one that goes to the instance. It is copied by the JDK's own builder, which also knows
 * what later versions of Java add to a request.
 */
final class RequestRewriting {

    private final BiPredicate<String, String> kept;

    /** Rewriting that drops these headers, in any case. */
    RequestRewriting(List<String> strippedHeaders) {
        String[] stripped = strippedHeaders.toArray(new String[0]);
        this.kept = stripped.length == 0 ? (name, value) -> true : (name, value) -> !contains(stripped, name);
    }

    /** A copy without the headers that stay here, still addressed to the service. */
    HttpRequest.Builder copy(HttpRequest request) {
        return HttpRequest.newBuilder(request, kept);
    }

    /** What goes to this instance. */
    static HttpRequest target(HttpRequest.Builder copy, HttpRequest request, ServiceInstance instance) {
        return copy.uri(Authority.replaced(request.uri(), instance.hostPort())).build();
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
