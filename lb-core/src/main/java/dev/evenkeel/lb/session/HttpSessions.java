package dev.evenkeel.lb.session;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.text.HttpToken;
import dev.evenkeel.lb.text.Printable;
import java.util.List;
import java.util.Optional;

/**
 * How requests and responses of HTTP carry the {@linkplain SessionTokens tokens} of sessions: in a header, or in a cookie. A
 * request without a token begins a session, and its response has the token; a request with one goes where the session is.
 * The instance does not see the token, nor does the caller see what the instance says in that header. The response has another
 * one when the session has moved, or half of the token's lifetime is over.
 *
 * <p>Given to the builder of a balanced client, as {@code sessions(HttpSessions.inHeader(tokens))}. What other methods there are,
 * adapters of HTTP clients need. Immutable, and safe for concurrent use.
 */
public final class HttpSessions {

    /** The header that carries tokens unless another one is named. */
    public static final String DEFAULT_HEADER = "Lb-Session";

    private final SessionTokens tokens;
    private final Carrier carrier;

    private HttpSessions(SessionTokens tokens, Carrier carrier) {
        this.tokens = requireNonNull(tokens, "tokens");
        this.carrier = carrier;
    }

    /** In the header {@value #DEFAULT_HEADER}, of requests and of responses. */
    public static HttpSessions inHeader(SessionTokens tokens) {
        return inHeader(tokens, DEFAULT_HEADER);
    }

    /**
     * In a header of this name, of requests and of responses.
     *
     * @throws IllegalArgumentException if it cannot be the name of a header, or is that of all cookies
     */
    public static HttpSessions inHeader(SessionTokens tokens, String name) {
        String checked = checkName("header", name);
        if (checked.equalsIgnoreCase("Cookie") || checked.equalsIgnoreCase("Set-Cookie")) {
            throw new IllegalArgumentException(
                    "header: " + checked + " (expected: one of its own; inCookie for a cookie)");
        }
        return new HttpSessions(tokens, new Carrier.Header(checked));
    }

    /**
     * In a cookie of this name, for callers that have a store of cookies: for all paths of the service, {@code HttpOnly},
     * {@code SameSite=Lax}, {@code Secure} where the call was, for the lifetime of the token. It has room for one token: where
     * rules lead requests of one host to several services, a session with one of them ends that with another.
     *
     * @throws IllegalArgumentException if it cannot be the name of a cookie
     */
    public static HttpSessions inCookie(SessionTokens tokens, String name) {
        return new HttpSessions(tokens, new Carrier.Cookie(checkName("cookie", name), tokens.lifetime()));
    }

    private static String checkName(String what, String name) {
        requireNonNull(name, what);
        if (!HttpToken.isOne(name)) {
            throw new IllegalArgumentException(
                    what + ": \"" + Printable.of((Object) name) + "\" (expected: " + HttpToken.EXPECTED + ")");
        }
        return name;
    }

    /** The header of a request that may have a token, among other things. */
    public String requestHeader() {
        return carrier.requestHeader();
    }

    /** The header of a response that gets a token: of {@code Set-Cookie} there may be several. */
    public String responseHeader() {
        return carrier.responseHeader();
    }

    /**
     * The session of a call.
     *
     * @param serviceName as {@link dev.evenkeel.lb.LoadBalancer#serviceName()} says it
     * @param values those of the {@link #requestHeader}
     */
    public SessionCall begin(String serviceName, List<String> values) {
        return new SessionCall(tokens, carrier, serviceName, values);
    }

    /**
     * The id of the instance of this service that a request has a good token for. To be asked of several services, if it is not
     * known yet which one the request is for.
     *
     * @param serviceName as {@link dev.evenkeel.lb.LoadBalancer#serviceName()} says it
     * @param values those of the {@link #requestHeader}
     */
    public Optional<String> instanceId(String serviceName, List<String> values) {
        String token = carrier.token(values);
        return Optional.ofNullable(token == null ? null : tokens.look(serviceName, token))
                .map(SessionTokens.Reading::instanceId);
    }

    /**
     * What is left of the values of the {@link #requestHeader} for the instance: without tokens, good or bad. Cookies stay as they
     * are where none of them is one.
     */
    public List<String> withoutToken(List<String> values) {
        return carrier.withoutToken(values);
    }

    @Override
    public String toString() {
        return "HttpSessions[" + carrier + "]";
    }
}
