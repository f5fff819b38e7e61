package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.PickRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A call that the suite wants made, in words that every HTTP client understands. An immutable value. */
public final class ContractCall {

    /** What the exception says that the body of a call {@linkplain #doesBodyFail fails} with. */
    public static final String BODY_FAILURE = "the file is gone";

    private final String method;
    private final String url;

    // Written in a copy, before anybody else has it.
    private Map<String, String> headers = Map.of();
    private Optional<String> body = Optional.empty();
    private boolean bodyOnce;
    private boolean bodyFails;
    private Optional<Duration> timeout = Optional.empty();
    private Optional<PickRequest> pickRequest = Optional.empty();

    private ContractCall(String method, String url) {
        this.method = method;
        this.url = url;
    }

    private ContractCall(ContractCall origin) {
        this(origin, origin.url);
    }

    private ContractCall(ContractCall origin, String url) {
        this.method = origin.method;
        this.url = url;
        this.headers = origin.headers;
        this.body = origin.body;
        this.bodyOnce = origin.bodyOnce;
        this.bodyFails = origin.bodyFails;
        this.timeout = origin.timeout;
        this.pickRequest = origin.pickRequest;
    }

    /** A call with this method and no body. */
    public static ContractCall of(String method, String url) {
        return new ContractCall(requireNonNull(method, "method"), requireNonNull(url, "url"));
    }

    /** A GET. */
    public static ContractCall get(String url) {
        return of("GET", url);
    }

    /** A POST with this text. */
    public static ContractCall post(String url, String body) {
        return of("POST", url).withBody(body);
    }

    /** A PUT with this text. */
    public static ContractCall put(String url, String body) {
        return of("PUT", url).withBody(body);
    }

    /** This call to another URL. */
    ContractCall withUrl(String other) {
        return new ContractCall(this, other);
    }

    /** This call with this text as its body. */
    public ContractCall withBody(String text) {
        ContractCall changed = new ContractCall(this);
        changed.body = Optional.of(text);
        return changed;
    }

    /** This call, whose body is there only once: whoever reads it a second time finds nothing. */
    public ContractCall withBodyOnce() {
        ContractCall changed = new ContractCall(this);
        changed.bodyOnce = true;
        return changed;
    }

    /** This call, whose body fails when it is read. */
    public ContractCall withBodyThatFails() {
        ContractCall changed = new ContractCall(this);
        changed.bodyFails = true;
        return changed;
    }

    /** This call with a header more. */
    public ContractCall withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
        ContractCall changed = new ContractCall(this);
        changed.headers = more;
        return changed;
    }

    /** This call, which fails when no answer has begun after that time. */
    public ContractCall withTimeout(Duration limit) {
        ContractCall changed = new ContractCall(this);
        changed.timeout = Optional.of(limit);
        return changed;
    }

    /** This call with something to say about the pick, in the way in which the client takes it for a single call. */
    public ContractCall withPickRequest(PickRequest request) {
        ContractCall changed = new ContractCall(this);
        changed.pickRequest = Optional.of(request);
        return changed;
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

    /** Whether the body is to be given to the client as a stream that can be read once. */
    public boolean isBodyOnce() {
        return bodyOnce;
    }

    /** Whether reading the body is to fail, with an {@link java.io.IOException} that says {@link #BODY_FAILURE}. */
    public boolean doesBodyFail() {
        return bodyFails;
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
