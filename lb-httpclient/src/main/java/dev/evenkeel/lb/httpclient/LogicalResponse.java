package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** A response that shows its caller's addresses, so that relative links keep working and no instance leaks into them. */
final class LogicalResponse<T> extends ForwardedResponse<T> {

    private final HttpRequest request;
    private final ServiceInstance instance;

    /**
     * A response of an instance.
     *
     * @param previous the response that redirected the call to this one
     */
    LogicalResponse(
            HttpResponse<T> response,
            HttpRequest request,
            ServiceInstance instance,
            @Nullable HttpResponse<T> previous) {
        super(response, previous);
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

    @Override
    public URI uri() {
        return request.uri();
    }

    /** The wrapped client follows no redirects, but it answers challenges. */
    @Override
    HttpResponse<T> earlier(HttpResponse<T> known, @Nullable HttpResponse<T> previousOfAll) {
        return new LogicalResponse<>(known, request, instance, previousOfAll);
    }

    @Override
    public String toString() {
        return super.toString() + " from " + instance;
    }
}
