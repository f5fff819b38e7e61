package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.routing.Route;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Hides from OkHttp what it would follow up by itself, below the interceptors and with the settings of the instance that
 * has answered; {@link BalancingInterceptor} shows it to the caller, or follows it up:
 *
 * <ul>
 *   <li>The header {@code Retry-After} of a 503 that says 0. OkHttp would send the request again to the same instance, a POST
 *       included, whatever {@code retryOnConnectionFailure} says.
 *   <li>A redirect that leads to another service, or to another view. OkHttp would take its name for that of a host, or stay where
 *       it is.
 * </ul>
 *
 * <p>And it shows OkHttp and the caller their own path, where a router has the instance asked for another one.
 */
final class FollowUpVeil implements Interceptor {

    private static final String RETRY_AFTER = "Retry-After";

    private static final String LOCATION = "Location";

    /** Has the location meanwhile. A header, so that it is in the cache with the rest of the response. */
    private static final String VEILED_LOCATION = "Evenkeel-Location";

    private final Routing routing;

    FollowUpVeil(Routing routing) {
        this.routing = routing;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        Response response = proceed(chain, request);
        if (response.code() == HttpURLConnection.HTTP_UNAVAILABLE) {
            return withoutRetryAfter(response, request.tag(Pick.class));
        }
        HttpUrl target = Redirect.target(response, chain);
        if (target == null || isUpToOkHttp(request, target, chain)) {
            return response;
        }
        return renamed(response, LOCATION, VEILED_LOCATION);
    }

    /** Asks the instance for the path that the route says, which nobody above sees. */
    private Response proceed(Chain chain, Request request) throws IOException {
        Request routed = routed(chain, request);
        Response response = chain.proceed(routed);
        return routed == request
                ? response
                : response.newBuilder().request(request).build();
    }

    private Request routed(Chain chain, Request request) throws IOException {
        Pick pick = request.tag(Pick.class);
        if (pick == null || !pick.host().equals(request.url().host())) {
            return request;
        }
        boolean redirected = !request.url().equals(pick.url());
        return Routing.routed(request, redirected ? routing.route(request, chain.getCookieJar()) : pick.route());
    }

    private static Response withoutRetryAfter(Response response, @Nullable Pick pick) {
        String value = response.header(RETRY_AFTER);
        if (pick == null || value == null || !isZero(value)) {
            return response;
        }
        pick.veilRetryAfter(value);
        return response.newBuilder().removeHeader(RETRY_AFTER).build();
    }

    private static boolean isZero(String value) {
        return !value.isEmpty() && value.chars().allMatch(digit -> digit == '0');
    }

    /** Whether the redirect stays with the instances that have answered, or with what is not balanced. */
    private boolean isUpToOkHttp(Request request, HttpUrl target, Interceptor.Chain chain) {
        Route route = routing.routeIfAny(request.newBuilder().url(target).build(), chain.getCookieJar());
        if (route == null) {
            return false;
        }
        Pick pick = request.tag(Pick.class);
        boolean sameHost = pick != null && pick.host().equals(target.host());
        return sameHost ? route.isSameTargetAs(pick.route()) : route.balancer().isEmpty();
    }

    /**
     * The redirect as it was sent, if the response is one that was hidden. It may come from a cache, and have been hidden from a
     * client with other services, or one that follows redirects while this one does not.
     */
    static Optional<Response> unveiledRedirect(Response response) {
        if (!response.isRedirect() || response.header(VEILED_LOCATION) == null) {
            return Optional.empty();
        }
        return Optional.of(renamed(response, VEILED_LOCATION, LOCATION)
                .newBuilder()
                .networkResponse(renamedIfAny(response.networkResponse()))
                .cacheResponse(renamedIfAny(response.cacheResponse()))
                .build());
    }

    private static @Nullable Response renamedIfAny(@Nullable Response hidden) {
        return hidden == null ? null : renamed(hidden, VEILED_LOCATION, LOCATION);
    }

    private static Response renamed(Response response, String from, String to) {
        String value = response.header(from);
        return value == null
                ? response
                : response.newBuilder().removeHeader(from).header(to, value).build();
    }

    /** The response with the header that was hidden. */
    static Response unveiledRetryAfter(Response response) {
        if (response.code() != HttpURLConnection.HTTP_UNAVAILABLE) {
            return response;
        }
        Pick pick = response.request().tag(Pick.class);
        String retryAfter = pick == null ? null : pick.veiledRetryAfter();
        if (retryAfter == null) {
            return response;
        }
        Response network = response.networkResponse();
        return response.newBuilder()
                .header(RETRY_AFTER, retryAfter)
                .networkResponse(network == null ? null : withRetryAfter(network, retryAfter))
                .build();
    }

    private static Response withRetryAfter(Response response, String value) {
        return response.newBuilder().header(RETRY_AFTER, value).build();
    }
}
