package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.routing.Router;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.Optional;
import okhttp3.Call;
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
 *   <li>The header {@code Retry-After} of a 503. When it says 0, OkHttp would send the request again to the same instance,
 *       a POST included, whatever {@code retryOnConnectionFailure} says.
 *   <li>A redirect that leads to another service. OkHttp would take its name for that of a host.
 * </ul>
 */
final class FollowUpVeil implements Interceptor {

    /** Means nothing to OkHttp, which neither follows it up nor caches it. */
    private static final int VEILED = 599;

    private static final String RETRY_AFTER = "Retry-After";

    private final Router router;

    FollowUpVeil(Router router) {
        this.router = router;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        Response response = chain.proceed(request);
        if (response.code() == HttpURLConnection.HTTP_UNAVAILABLE) {
            return withoutRetryAfter(response, request.tag(Pick.class));
        }
        HttpUrl target = Redirect.target(response, chain);
        if (target == null || isUpToOkHttp(request, target)) {
            return response;
        }
        VeiledRedirect veiled = chain.call().tag(VeiledRedirect.class, VeiledRedirect::new);
        veiled.by = this;
        veiled.status = response.code();
        return response.newBuilder().code(VEILED).build();
    }

    private static Response withoutRetryAfter(Response response, @Nullable Pick pick) {
        String value = response.header(RETRY_AFTER);
        if (pick == null || value == null) {
            return response;
        }
        pick.veilRetryAfter(value);
        return response.newBuilder().removeHeader(RETRY_AFTER).build();
    }

    /** Whether the redirect stays with the service that has answered, or with what is not balanced. */
    private boolean isUpToOkHttp(Request request, HttpUrl target) {
        Optional<LoadBalancer> service = router.route(
                new OkHttpRoutedRequest(request.newBuilder().url(target).build()));
        Pick pick = request.tag(Pick.class);
        boolean sameHost = pick != null && pick.host().equals(target.host());
        return sameHost ? service.equals(Optional.ofNullable(pick.service())) : service.isEmpty();
    }

    /** The redirect as it was sent, if the response is one that was hidden here. */
    Optional<Response> unveiledRedirect(Call call, Response response) {
        VeiledRedirect veiled = response.code() == VEILED ? call.tag(VeiledRedirect.class) : null;
        if (veiled == null || veiled.by != this) {
            return Optional.empty();
        }
        veiled.by = null;
        return Optional.of(response.newBuilder().code(veiled.status).build());
    }

    /** The response with the header that was hidden. */
    static Response unveiledRetryAfter(Response response) {
        Pick pick = response.request().tag(Pick.class);
        String retryAfter = pick == null ? null : pick.veiledRetryAfter();
        return retryAfter != null && response.code() == HttpURLConnection.HTTP_UNAVAILABLE
                ? response.newBuilder().header(RETRY_AFTER, retryAfter).build()
                : response;
    }

    /** The tag of a call that has met such a redirect. Belongs to the thread of the call. */
    private static final class VeiledRedirect {

        private @Nullable FollowUpVeil by;
        private int status;
    }
}
