package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** A response that shows its caller's addresses, so that relative links keep working and no instance leaks into them. */
final class LogicalResponse<T> extends ForwardedResponse<T> {

    private final HttpHeaders headers;
    private final HttpRequest request;
    private final ServiceInstance instance;

    /**
     * A response of an instance.
     *
     * @param previous the response that redirected the call to this one
     */
    LogicalResponse(
            HttpResponse<T> response,
            HttpHeaders headers,
            HttpRequest request,
            ServiceInstance instance,
            @Nullable HttpResponse<T> previous) {
        super(response, previous);
        this.headers = headers;
        this.request = request;
        this.instance = instance;
    }

    ServiceInstance instance() {
        return instance;
    }

    /** The caller's own, or the one that a redirect made of it. */
    @Override
    public HttpRequest request() {
        return request;
    }

    /** Those of the instance, and the token of a session that the caller is to have. */
    @Override
    public HttpHeaders headers() {
        return headers;
    }

    @Override
    public URI uri() {
        return request.uri();
    }

    /** The wrapped client follows no redirects, but it answers challenges. */
    @Override
    HttpResponse<T> earlier(HttpResponse<T> known, @Nullable HttpResponse<T> previousOfAll) {
        return new LogicalResponse<>(known, known.headers(), request, instance, previousOfAll);
    }

    @Override
    public String toString() {
        return super.toString() + " from " + instance;
    }
}
