package dev.evenkeel.lb.okhttp;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.List;
import okhttp3.Call;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/**
 * Keeps OkHttp from sending the handshake of a WebSocket to the same instance again when that has answered 503 with
 * {@code Retry-After: 0}. No network interceptor sees a handshake, so that {@link FollowUpVeil} cannot hide the header; but before
 * each request OkHttp asks for cookies, and there it can be stopped.
 *
 * <p>One for each attempt, used by the thread of the call.
 */
final class HandshakeGuard extends EventListener implements CookieJar {

    private final CookieJar cookies;

    /** What OkHttp is about to follow up though it should not. */
    private @Nullable Response unavailable;

    private HandshakeGuard(CookieJar cookies) {
        this.cookies = cookies;
    }

    static Response proceed(Interceptor.Chain chain, Request handshake) throws IOException {
        HandshakeGuard guard = new HandshakeGuard(chain.getCookieJar());
        chain.call().addEventListener(guard);
        try {
            return chain.withCookieJar(guard).proceed(handshake);
        } catch (Declined declined) {
            return declined.answer;
        }
    }

    @Override
    public void followUpDecision(Call call, Response response, @Nullable Request next) {
        if (next != null && response.code() == HttpURLConnection.HTTP_UNAVAILABLE) {
            unavailable = response;
        }
    }

    @Override
    public List<Cookie> loadForRequest(HttpUrl url) {
        Response answer = unavailable;
        if (answer != null) {
            unavailable = null;
            throw new Declined(answer);
        }
        return cookies.loadForRequest(url);
    }

    @Override
    public void saveFromResponse(HttpUrl url, List<Cookie> received) {
        cookies.saveFromResponse(url, received);
    }

    /** Goes from the one to the other, past what is in between. */
    private static final class Declined extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient Response answer;

        /** OkHttp has closed the body. */
        Declined(Response answer) {
            super("answered: " + answer.code(), null, false, false);
            this.answer =
                    answer.newBuilder().body(ResponseBody.create("", null)).build();
        }
    }
}
