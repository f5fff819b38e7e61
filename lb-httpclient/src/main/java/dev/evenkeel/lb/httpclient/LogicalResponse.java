package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.net.URI;
import java.net.http.HttpClient.Version;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** A response that shows its caller's addresses, so that relative links keep working and no instance leaks into them. */
final class LogicalResponse<T> implements HttpResponse<T> {

    private final HttpResponse<T> response;
    private final HttpRequest request;
    private final ServiceInstance instance;

    LogicalResponse(HttpResponse<T> response, HttpRequest request, ServiceInstance instance) {
        this.response = response;
        this.request = request;
        this.instance = instance;
    }

    ServiceInstance instance() {
        return instance;
    }

    @Override
    public int statusCode() {
        return response.statusCode();
    }

    /** The caller's own, unless the wrapped client followed a redirect to somewhere else. */
    @Override
    public HttpRequest request() {
        if (response.previousResponse().isEmpty()) {
            return request;
        }
        URI uri = uri();
        return uri.equals(request.uri())
                ? request
                : HttpRequest.newBuilder(response.request(), (name, value) -> true)
                        .uri(uri)
                        .build();
    }

    @Override
    public Optional<HttpResponse<T>> previousResponse() {
        return response.previousResponse().map(previous -> new LogicalResponse<>(previous, request, instance));
    }

    @Override
    public HttpHeaders headers() {
        return response.headers();
    }

    @Override
    public T body() {
        return response.body();
    }

    @Override
    public Optional<SSLSession> sslSession() {
        return response.sslSession();
    }

    /** The caller's own; after a redirect that of the redirect, as long as it stayed with the instance with the service. */
    @Override
    public URI uri() {
        if (response.previousResponse().isEmpty()) {
            return request.uri();
        }
        URI uri = response.uri();
        return instance.hostPort().equalsIgnoreCase(uri.getRawAuthority())
                ? Authority.replaced(uri, request.uri().getRawAuthority())
                : uri;
    }

    @Override
    public Version version() {
        return response.version();
    }

    /** Which connection it came over. Overrides what {@code HttpResponse} has from Java 25 on; empty before. */
    public Optional<String> connectionLabel() {
        return ConnectionLabel.of(response);
    }

    @Override
    public String toString() {
        return "(" + request.method() + " " + uri() + ") " + statusCode() + " from " + instance;
    }
}
