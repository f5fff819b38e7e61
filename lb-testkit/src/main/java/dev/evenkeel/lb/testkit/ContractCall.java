package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.PickRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A call that the suite wants made, in words that every HTTP client understands. An immutable value. */
public final class ContractCall {

    private final String method;
    private final String url;
    private final Map<String, String> headers;
    private final Optional<String> body;
    private final Optional<Duration> timeout;
    private final Optional<PickRequest> pickRequest;

    private ContractCall(
            String method,
            String url,
            Map<String, String> headers,
            Optional<String> body,
            Optional<Duration> timeout,
            Optional<PickRequest> pickRequest) {
        this.method = method;
        this.url = url;
        this.headers = headers;
        this.body = body;
        this.timeout = timeout;
        this.pickRequest = pickRequest;
    }

    /** A call with this method and no body. */
    public static ContractCall of(String method, String url) {
        return new ContractCall(
                requireNonNull(method, "method"),
                requireNonNull(url, "url"),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A GET. */
    public static ContractCall get(String url) {
        return of("GET", url);
    }

    /** A POST with this text. */
    public static ContractCall post(String url, String body) {
        ContractCall empty = of("POST", url);
        return new ContractCall(
                empty.method, url, empty.headers, Optional.of(body), Optional.empty(), Optional.empty());
    }

    /** This call with a header more. */
    public ContractCall withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
        return new ContractCall(method, url, more, body, timeout, pickRequest);
    }

    /** This call, which fails when no answer has begun after that time. */
    public ContractCall withTimeout(Duration limit) {
        return new ContractCall(method, url, headers, body, Optional.of(limit), pickRequest);
    }

    /** This call with something to say about the pick, in the way in which the client takes it for a single call. */
    public ContractCall withPickRequest(PickRequest request) {
        return new ContractCall(method, url, headers, body, timeout, Optional.of(request));
    }

    public String method() {
        return method;
    }

    /** The URL, to be taken as it stands: no character of it may be changed. */
    public String url() {
        return url;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /** The body, sent as UTF-8; none if empty. */
    public Optional<String> body() {
        return body;
    }

    /** How long the head of the answer may take; whether the body counts, too, is up to the client. */
    public Optional<Duration> timeout() {
        return timeout;
    }

    /** What is said about the pick of this one call. */
    public Optional<PickRequest> pickRequest() {
        return pickRequest;
    }

    @Override
    public String toString() {
        return method + " " + url;
    }
}
