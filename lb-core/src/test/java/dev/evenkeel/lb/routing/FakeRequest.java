package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.request.PickRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A request as a router sees it, made of a line such as {@code GET http://orders/v1?a=b}. */
final class FakeRequest implements RoutedRequest {

    private final String method;
    private final String host;
    private final String path;
    private final Optional<String> query;
    private final Map<String, String> headers = new TreeMap<>();
    private PickRequest pickRequest = PickRequest.EMPTY;

    private FakeRequest(String method, String host, String path, Optional<String> query) {
        this.method = method;
        this.host = host;
        this.path = path;
        this.query = query;
    }

    static FakeRequest get(String url) {
        return of("GET", url);
    }

    static FakeRequest of(String method, String url) {
        String rest = url.substring(url.indexOf("//") + 2);
        int question = rest.indexOf('?');
        String place = question < 0 ? rest : rest.substring(0, question);
        int slash = place.indexOf('/');
        return new FakeRequest(
                method,
                slash < 0 ? place : place.substring(0, slash),
                slash < 0 ? "/" : place.substring(slash),
                question < 0 ? Optional.empty() : Optional.of(rest.substring(question + 1)));
    }

    FakeRequest withPath(String other) {
        return new FakeRequest(method, host, other, query);
    }

    FakeRequest with(String header, String value) {
        headers.put(header.toLowerCase(Locale.ROOT), value);
        return this;
    }

    FakeRequest with(PickRequest said) {
        pickRequest = said;
        return this;
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public Optional<String> query() {
        return query;
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    @Override
    public PickRequest pickRequest() {
        return pickRequest;
    }

    @Override
    public String toString() {
        return method + " " + host + path + query.map(text -> "?" + text).orElse("") + " " + headers;
    }
}
