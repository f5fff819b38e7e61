package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.request.PickRequest;
import java.net.HttpURLConnection;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** What OkHttp makes of a redirect, for those that must not be left to it. */
final class Redirect {

    /** As many as OkHttp follows. */
    static final int MAX = 20;

    private static final int TEMPORARY = 307;
    private static final int PERMANENT = 308;

    private Redirect() {}

    /** Where the response leads, if it is a redirect that the client follows. */
    static @Nullable HttpUrl target(Response response, Interceptor.Chain chain) {
        String location = response.isRedirect() && chain.getFollowRedirects() ? response.header("Location") : null;
        HttpUrl asked = response.request().url();
        HttpUrl target = location == null ? null : asked.resolve(location);
        return target != null && (target.scheme().equals(asked.scheme()) || chain.getFollowSslRedirects())
                ? target
                : null;
    }

    /** The request to make next. */
    static Request next(Response redirect, HttpUrl target) {
        Request request = redirect.request();
        Request.Builder next = request.newBuilder().url(target);
        if (becomesGet(request.method(), redirect.code())) {
            next.get()
                    .removeHeader("Transfer-Encoding")
                    .removeHeader("Content-Length")
                    .removeHeader("Content-Type");
        }
        return next.build();
    }

    /**
     * That request if it goes to another service: without credentials, and without what was said of the pick, as that was about
     * the instances of this one.
     */
    static Request toAnotherService(Request next) {
        return next.newBuilder()
                .tag(PickRequest.class, null)
                .removeHeader("Authorization")
                .removeHeader("Cookie")
                .build();
    }

    private static boolean becomesGet(String method, int status) {
        return switch (method) {
            case "GET", "HEAD", "PROPFIND" -> false;
            case "QUERY" -> status == HttpURLConnection.HTTP_SEE_OTHER;
            default -> status != TEMPORARY && status != PERMANENT;
        };
    }

    /** The response at the end of a chain of redirects, with what came before its own. */
    static Response after(@Nullable Response before, Response response) {
        if (before == null) {
            return response;
        }
        Response prior = response.priorResponse();
        return response.newBuilder()
                .priorResponse(prior == null ? before : after(before, prior))
                .build();
    }
}
