package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.routing.RoutedRequest;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request as routers see it. */
final class RoutedHttpRequest implements RoutedRequest {

    private final HttpRequest request;
    private final String host;
    private final Balancing balancing;

    /** That of the call so far; null if it begins with this request. */
    private final @Nullable StickySession session;

    private RoutedHttpRequest(HttpRequest request, String host, Balancing balancing, @Nullable StickySession session) {
        this.request = request;
        this.host = host;
        this.balancing = balancing;
        this.session = session;
    }

    /**
     * The request, or null if its URL names no host, so that it cannot be for a service.
     *
     * @param session that of the call so far; null if it begins with this request, or has none
     */
    static @Nullable RoutedHttpRequest of(HttpRequest request, Balancing balancing, @Nullable StickySession session) {
        URI uri = request.uri();
        String host = uri == null ? null : uri.getHost(); // a request that is not of the JDK's making may have none
        return host == null ? null : new RoutedHttpRequest(request, Origin.host(host), balancing, session);
    }

    @Override
    public String method() {
        return request.method();
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String path() {
        String path = request.uri().getRawPath();
        return path == null || path.isEmpty() ? "/" : path;
    }

    @Override
    public Optional<String> query() {
        return Optional.ofNullable(request.uri().getRawQuery());
    }

    @Override
    public Optional<String> header(String name) {
        return request.headers().firstValue(name);
    }

    @Override
    public PickRequest pickRequest() {
        return balancing.pickRequest(request);
    }

    @Override
    public Optional<String> sessionInstance(String serviceName) {
        Optional<StickySession> known = session == null ? pickRequest().session() : Optional.of(session);
        return known.isPresent()
                ? known.get().instanceId(serviceName)
                : balancing.carriers().sessionInstance(serviceName, request);
    }

    @Override
    public String toString() {
        return request.toString();
    }
}
