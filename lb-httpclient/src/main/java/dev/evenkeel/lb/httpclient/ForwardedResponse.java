package dev.evenkeel.lb.httpclient;

import java.net.URI;
import java.net.http.HttpClient.Version;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A response of the wrapped client, after others that the wrapped client knows nothing of. */
class ForwardedResponse<T> implements HttpResponse<T> {

    private final HttpResponse<T> response;
    private final @Nullable HttpResponse<T> previous;

    ForwardedResponse(HttpResponse<T> response, @Nullable HttpResponse<T> previous) {
        this.response = response;
        this.previous = previous;
    }

    @Override
    public int statusCode() {
        return response.statusCode();
    }

    @Override
    public HttpRequest request() {
        return response.request();
    }

    /** First those that the wrapped client knows, then the others. */
    @Override
    public Optional<HttpResponse<T>> previousResponse() {
        return response.previousResponse()
                .map(known -> earlier(known, previous))
                .or(() -> Optional.ofNullable(previous));
    }

    /** A response that the wrapped client had before this one. */
    HttpResponse<T> earlier(HttpResponse<T> known, @Nullable HttpResponse<T> previousOfAll) {
        return new ForwardedResponse<>(known, previousOfAll);
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

    @Override
    public URI uri() {
        return response.uri();
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
        return "(" + request().method() + " " + uri() + ") " + statusCode();
    }
}
