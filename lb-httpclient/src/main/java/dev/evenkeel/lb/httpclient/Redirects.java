package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.ResponseInfo;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Which redirects are followed, and how: as the client of the JDK does it, but on the addresses of services. */
final class Redirects {

    /** The JDK's own limit, and the name under which it can be changed. */
    static final int MAX = Integer.getInteger("jdk.httpclient.redirects.retrylimit", 5);

    private static final Set<String> CREDENTIALS = Set.of("authorization", "cookie", "proxy-authorization");

    private final @Nullable Redirect policy;

    Redirects(@Nullable Redirect policy) {
        this.policy = policy;
    }

    /** Whether any are followed. */
    boolean isOn() {
        return policy == Redirect.NORMAL || policy == Redirect.ALWAYS;
    }

    /**
     * Where this response sends a request, on an address of the caller's view; null if it is not followed.
     *
     * @throws UncheckedIOException if it is to be followed, but does not say where to
     */
    @Nullable URI target(HttpRequest request, ServiceInstance instance, ResponseInfo head) {
        if (!isOn() || !isRedirect(head.statusCode())) {
            return null;
        }
        URI to = head.headers()
                .firstValue("Location")
                .map(location -> resolved(request.uri(), location))
                .orElseThrow(() -> invalid(null));
        return target(request.uri(), instance, to);
    }

    private static URI resolved(URI from, String location) {
        try {
            return from.resolve(location);
        } catch (IllegalArgumentException malformed) {
            throw invalid(malformed);
        }
    }

    /** In the words of the JDK. */
    private static UncheckedIOException invalid(@Nullable Throwable cause) {
        return new UncheckedIOException(new IOException("Invalid redirection", cause));
    }

    private @Nullable URI target(URI from, ServiceInstance instance, URI to) {
        if (to.getHost() == null || !isHttp(to) || !isAllowed(from, to)) {
            return null;
        }
        // Servers that build links of what they see as their own host.
        return instance.hostPort().equalsIgnoreCase(to.getRawAuthority())
                ? Authority.replaced(to, from.getRawAuthority())
                : to;
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static boolean isHttp(URI uri) {
        return "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
    }

    private boolean isAllowed(URI from, URI to) {
        return policy == Redirect.ALWAYS || !isDowngrade(from, to);
    }

    /** From a connection that others cannot read to one that they can. */
    static boolean isDowngrade(URI from, URI to) {
        return Origin.isSecure(from) && !Origin.isSecure(to);
    }

    /** The request that follows a redirect. */
    static HttpRequest.Builder following(HttpRequest request, URI to, int status, boolean withCredentials) {
        BiPredicate<String, String> kept =
                (name, value) -> withCredentials || !CREDENTIALS.contains(name.toLowerCase(Locale.ROOT));
        HttpRequest.Builder next = HttpRequest.newBuilder(request, kept).uri(to);
        return staysAsItIs(request.method(), status) ? next : next.GET();
    }

    /** Whether method and body stay; otherwise it becomes a GET, as in the JDK of HEAD, too. */
    private static boolean staysAsItIs(String method, int status) {
        return switch (status) {
            case 301, 302 -> !method.equals("POST");
            case 303 -> false;
            default -> true;
        };
    }
}
