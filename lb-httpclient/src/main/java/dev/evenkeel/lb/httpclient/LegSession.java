package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.session.SessionCall;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The session that the requests of a call to a service belong to: what they brought, and what their response gets. */
final class LegSession {

    private static final Logger log = LoggerFactory.getLogger(BalancedHttpClient.class);

    private final HttpSessions sessions;
    private final @Nullable CookieHandler cookies;
    private final URI uri;
    private final SessionCall call;

    private LegSession(HttpSessions sessions, @Nullable CookieHandler cookies, URI uri, SessionCall call) {
        this.sessions = sessions;
        this.cookies = cookies;
        this.uri = uri;
        this.call = call;
    }

    /**
     * The session of this request.
     *
     * @param cookies the client's store of cookies, which keeps tokens as well, if they are in cookies
     */
    static LegSession of(
            HttpSessions sessions, @Nullable CookieHandler cookies, LoadBalancer balancer, HttpRequest request) {
        SessionCall call = sessions.begin(balancer.serviceName(), values(sessions, cookies, request));
        return new LegSession(sessions, cookies, request.uri(), call);
    }

    /** What a request brings that may be a token, among other things. */
    static List<String> values(HttpSessions sessions, @Nullable CookieHandler cookies, HttpRequest request) {
        String name = sessions.requestHeader();
        List<String> values = new ArrayList<>(request.headers().allValues(name));
        if (cookies != null && name.equals("Cookie")) {
            values.addAll(stored(cookies, request));
        }
        return values;
    }

    private static List<String> stored(CookieHandler cookies, HttpRequest request) {
        try {
            return cookies.get(request.uri(), request.headers().map()).getOrDefault("Cookie", List.of());
        } catch (IOException failed) { // the client, which asks again, has to say so
            return List.of();
        }
    }

    /** What is said of the pick, unless that names a session itself. */
    PickRequest joinedBy(PickRequest said) {
        return said.session().isPresent()
                ? said
                : said.toBuilder().session(call.session()).build();
    }

    /** A copy of a request without the token. */
    HttpRequest withoutToken(HttpRequest request) {
        String name = sessions.requestHeader();
        List<String> before = request.headers().allValues(name);
        List<String> rest = sessions.withoutToken(before);
        if (rest.equals(before)) {
            return request;
        }
        HttpRequest.Builder copy = HttpRequest.newBuilder(request, (header, value) -> !header.equalsIgnoreCase(name));
        rest.forEach(value -> copy.header(name, value));
        return copy.build();
    }

    /**
     * The headers of a response, with a token if the caller needs one. What an instance says in the header of tokens is not for
     * the caller.
     */
    HttpHeaders withToken(HttpHeaders headers) {
        Optional<String> token = call.answer(Origin.isSecure(uri));
        String name = sessions.responseHeader();
        boolean isCookie = name.equals("Set-Cookie");
        if (token.isEmpty() && (isCookie || headers.firstValue(name).isEmpty())) {
            return headers;
        }
        Map<String, List<String>> changed = new LinkedHashMap<>(headers.map());
        changed.keySet().removeIf(name::equalsIgnoreCase);
        if (token.isPresent()) {
            List<String> values = new ArrayList<>(isCookie ? headers.allValues(name) : List.of());
            values.add(token.get());
            changed.put(name, values);
            if (isCookie && cookies != null) {
                store(cookies, token.get());
            }
        }
        return HttpHeaders.of(changed, (header, value) -> true);
    }

    private void store(CookieHandler cookies, String cookie) {
        try {
            cookies.put(uri, Map.of("Set-Cookie", List.of(cookie)));
        } catch (IOException | RuntimeException failed) { // the next call begins a new session
            log.debug("{}: the token of a session is not kept, as the store of cookies threw", uri.getHost(), failed);
        }
    }
}
