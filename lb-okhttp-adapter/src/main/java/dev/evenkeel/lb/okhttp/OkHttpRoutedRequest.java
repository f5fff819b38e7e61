package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.RoutedRequest;
import java.util.Iterator;
import java.util.Optional;
import okhttp3.CookieJar;
import okhttp3.Request;

/** A request as a router sees it. */
final class OkHttpRoutedRequest implements RoutedRequest {

    private final Request request;
    private final CookieJar cookies;
    private final Routing routing;

    OkHttpRoutedRequest(Request request, CookieJar cookies, Routing routing) {
        this.request = request;
        this.cookies = cookies;
        this.routing = routing;
    }

    @Override
    public String method() {
        return request.method();
    }

    @Override
    public String host() {
        String host = request.url().host();
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    @Override
    public String path() {
        return request.url().encodedPath();
    }

    @Override
    public Optional<String> query() {
        return Optional.ofNullable(request.url().encodedQuery());
    }

    @Override
    public Optional<String> header(String name) {
        Iterator<String> values = request.headers(name).iterator(); // Request.header answers with the last one
        return values.hasNext() ? Optional.of(values.next()) : Optional.empty();
    }

    @Override
    public PickRequest pickRequest() {
        return routing.pickRequest(request);
    }

    @Override
    public Optional<String> sessionInstance(String serviceName) {
        return routing.sessionInstance(serviceName, request, cookies);
    }

    @Override
    public String toString() {
        return request.method() + " " + request.url().redact();
    }
}
