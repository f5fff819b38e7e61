package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an instance pushes belongs to the request as the caller knows it, and comes from the service. It is not counted: it
 * is no call.
 */
final class LogicalPushes<T> implements PushPromiseHandler<T> {

    private final PushPromiseHandler<T> handler;
    private final HttpRequest request;
    private final ServiceInstance instance;

    private LogicalPushes(PushPromiseHandler<T> handler, HttpRequest request, ServiceInstance instance) {
        this.handler = handler;
        this.request = request;
        this.instance = instance;
    }

    static <T> @Nullable PushPromiseHandler<T> of(
            @Nullable PushPromiseHandler<T> handler, HttpRequest request, ServiceInstance instance) {
        return handler == null ? null : new LogicalPushes<>(handler, request, instance);
    }

    @Override
    public void applyPushPromise(
            HttpRequest initiating,
            HttpRequest pushed,
            Function<BodyHandler<T>, CompletableFuture<HttpResponse<T>>> acceptor) {
        HttpRequest logical = logical(pushed);
        handler.applyPushPromise(
                request,
                logical,
                bodies -> acceptor.apply(bodies)
                        .thenApply(response ->
                                new LogicalResponse<>(response, response.headers(), logical, instance, null)));
    }

    /** Without the headers that the client lets nobody set: they describe the way to the instance. */
    private HttpRequest logical(HttpRequest pushed) {
        HttpRequest.Builder logical = HttpRequest.newBuilder(
                        Authority.replaced(pushed.uri(), request.uri().getRawAuthority()))
                .method(pushed.method(), BodyPublishers.noBody());
        pushed.headers().map().forEach((name, values) -> values.forEach(value -> copy(name, value, logical)));
        return logical.build();
    }

    private static void copy(String name, String value, HttpRequest.Builder to) {
        try {
            to.header(name, value);
        } catch (IllegalArgumentException restricted) {
            // such as :authority
        }
    }
}
