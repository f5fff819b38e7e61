package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.session.HttpSessions;
import java.util.List;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The caller's store of cookies for the handshake of a WebSocket, which no network interceptor sees: under the URL of the caller,
 * whatever path the instance is asked for, and without the token of a session.
 */
final class HandshakeCookies implements CookieJar {

    private final CookieJar cookies;
    private final HttpUrl url;
    private final @Nullable HttpSessions sessions;

    HandshakeCookies(CookieJar cookies, HttpUrl url, @Nullable HttpSessions sessions) {
        this.cookies = cookies;
        this.url = url;
        this.sessions = sessions;
    }

    @Override
    public List<Cookie> loadForRequest(HttpUrl atInstance) {
        return cookies.loadForRequest(url).stream()
                .filter(cookie -> !isToken(cookie))
                .toList();
    }

    private boolean isToken(Cookie cookie) {
        return sessions != null
                && sessions.requestHeader().equals("Cookie")
                && sessions.withoutToken(List.of(cookie.name() + "=" + cookie.value()))
                        .isEmpty();
    }

    @Override
    public void saveFromResponse(HttpUrl atInstance, List<Cookie> received) {
        cookies.saveFromResponse(url, received);
    }
}
