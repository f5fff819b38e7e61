package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.session.HttpSessions;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A store of cookies as instances see it: without the tokens of sessions. */
final class SessionCookies extends CookieHandler {

    private final CookieHandler cookies;
    private final HttpSessions sessions;

    private SessionCookies(CookieHandler cookies, HttpSessions sessions) {
        this.cookies = cookies;
        this.sessions = sessions;
    }

    /** The store itself, if there are no tokens in cookies. */
    static CookieHandler of(CookieHandler cookies, @Nullable HttpSessions sessions) {
        return sessions != null && sessions.requestHeader().equals("Cookie")
                ? new SessionCookies(cookies, sessions)
                : cookies;
    }

    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> requestHeaders) throws IOException {
        Map<String, List<String>> sent = new LinkedHashMap<>(cookies.get(uri, requestHeaders));
        sent.computeIfPresent("Cookie", (name, values) -> sessions.withoutToken(values));
        return sent;
    }

    @Override
    public void put(URI uri, Map<String, List<String>> responseHeaders) throws IOException {
        cookies.put(uri, responseHeaders);
    }
}
