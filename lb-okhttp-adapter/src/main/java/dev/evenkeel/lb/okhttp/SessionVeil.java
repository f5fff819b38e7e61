package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.session.HttpSessions;
import java.io.IOException;
import java.util.List;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;

/** Takes the token of a session out of what goes to an instance, after OkHttp has put its cookies in. */
final class SessionVeil implements Interceptor {

    private final HttpSessions sessions;

    SessionVeil(HttpSessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        return chain.proceed(request.tag(Pick.class) == null ? request : withoutToken(sessions, request));
    }

    /** The request as the instance is to see it. */
    static Request withoutToken(HttpSessions sessions, Request request) {
        String name = sessions.requestHeader();
        List<String> before = request.headers(name);
        List<String> rest = sessions.withoutToken(before);
        if (rest.equals(before)) {
            return request;
        }
        Request.Builder copy = request.newBuilder().removeHeader(name);
        rest.forEach(value -> copy.addHeader(name, value));
        return copy.build();
    }
}
