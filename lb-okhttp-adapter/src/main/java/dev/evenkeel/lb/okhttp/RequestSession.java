package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.session.SessionCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.Request;
import okhttp3.Response;

/** The session that a request to a service belongs to: what it brought, and what its response gets. */
final class RequestSession {

    private final HttpSessions sessions;
    private final CookieJar cookies;
    private final SessionCall call;

    private RequestSession(HttpSessions sessions, CookieJar cookies, SessionCall call) {
        this.sessions = sessions;
        this.cookies = cookies;
        this.call = call;
    }

    /**
     * The session of this request.
     *
     * @param cookies the client's store of cookies, which keeps tokens as well, if they are in cookies
     */
    static RequestSession of(HttpSessions sessions, CookieJar cookies, LoadBalancer balancer, Request request) {
        List<String> values = values(sessions, cookies, request);
        return new RequestSession(sessions, cookies, sessions.begin(balancer.serviceName(), values));
    }

    /** What a request brings that may be a token, among other things. */
    static List<String> values(HttpSessions sessions, CookieJar cookies, Request request) {
        String name = sessions.requestHeader();
        List<String> values = new ArrayList<>(request.headers(name));
        if (name.equals("Cookie")) {
            values.add(cookies.loadForRequest(request.url()).stream()
                    .map(cookie -> cookie.name() + "=" + cookie.value())
                    .collect(Collectors.joining("; ")));
        }
        return values;
    }

    /** What is said of the pick, unless that names a session itself. */
    PickRequest joinedBy(PickRequest said) {
        return said.session().isPresent()
                ? said
                : said.toBuilder().session(call.session()).build();
    }

    /** The response, with a token if the caller needs one. */
    Response withToken(Response response) {
        Request request = response.request();
        Optional<String> token = call.answer(request.isHttps());
        String name = sessions.responseHeader();
        if (!name.equals("Set-Cookie")) {
            return withHeader(response, name, token);
        }
        if (token.isEmpty()) {
            return response;
        }
        Cookie cookie = Cookie.parse(request.url(), token.get());
        if (cookie != null) {
            cookies.saveFromResponse(request.url(), List.of(cookie));
        }
        return response.newBuilder().addHeader(name, token.get()).build();
    }

    /** What an instance says in this header is not for the caller. */
    private static Response withHeader(Response response, String name, Optional<String> token) {
        if (token.isEmpty() && response.header(name) == null) {
            return response;
        }
        Response.Builder changed = response.newBuilder().removeHeader(name);
        token.ifPresent(value -> changed.header(name, value));
        return changed.build();
    }
}
