package dev.evenkeel.lb.okhttp;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Route;
import dev.evenkeel.lb.session.HttpSessions;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Sends each call to a service to an instance, by settings for that call alone: the URL stays what it is, and with it the
 * {@code Host} header, cookies, cache keys and what TLS verifies.
 *
 * <p>An interceptor survives {@code newBuilder()}, so that clients which libraries derive are balanced, too.
 */
final class BalancingInterceptor implements Interceptor {

    private final Routing routing;
    private final List<String> strippedHeaders;
    private final @Nullable HttpSessions sessions;
    private final Resilience resilience;
    private final ClientPools pools;
    private final Executor threads;
    private final FollowUpVeil veil;

    BalancingInterceptor(
            Routing routing,
            List<String> strippedHeaders,
            @Nullable HttpSessions sessions,
            Resilience resilience,
            ClientPools pools,
            Executor threads) {
        this.routing = routing;
        this.strippedHeaders = strippedHeaders;
        this.sessions = sessions;
        this.resilience = resilience;
        this.pools = pools;
        this.threads = threads;
        this.veil = new FollowUpVeil(routing);
    }

    /** The network interceptor that this one needs below. */
    FollowUpVeil veil() {
        return veil;
    }

    TlsNames tlsNames() {
        return pools.tlsNames();
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        AttemptCall attempt = resilience.mayStopAttempts() ? AttemptCall.of(chain.call(), this) : null;
        return attempt == null ? followed(chain) : attempt.send(chain);
    }

    private Response followed(Chain chain) throws IOException {
        Request request = chain.request();
        Response before = null;
        for (int redirects = 0; ; redirects++) {
            Response response = send(chain, request);
            Optional<Response> redirect = veil.unveiledRedirect(response, chain);
            if (redirect.isEmpty()) {
                return Redirect.after(before, FollowUpVeil.unveiledRetryAfter(response));
            }
            response = Redirect.after(before, redirect.get());
            HttpUrl target = requireNonNull(Redirect.target(response, chain));
            Request next = Redirect.next(response, target);
            if (Resilience.isBodyOnce(next) || routing.isRefused(next)) {
                return response;
            }
            response.close();
            if (redirects == Redirect.MAX) {
                throw new ProtocolException("Too many follow-up requests: " + (redirects + 1));
            }
            before = response;
            request = withWhatWasStripped(request, next);
        }
    }

    private Response send(Chain chain, Request request) throws IOException {
        Route route = routing.route(request);
        if (route.balancer().isEmpty()) {
            return chain.proceed(withoutPick(request));
        }
        if (route.path().isPresent() && Resilience.isUpgrade(request)) {
            // No network interceptor sees the handshake of a WebSocket: what the veil does is done here.
            Route asItIs = Route.to(route.balancer().get());
            Response response = balanced(chain, Routing.routed(request, route), asItIs);
            Request asked = response.request().newBuilder().url(request.url()).build();
            return response.newBuilder().request(asked).build();
        }
        return balanced(chain, request, route);
    }

    private Response balanced(Chain chain, Request request, Route route) throws IOException {
        PickRequest said = routing.pickRequest(request);
        if (sessions == null) {
            return send(chain, request, route, said);
        }
        RequestSession session = RequestSession.of(
                sessions, chain.getCookieJar(), route.balancer().orElseThrow(), request);
        return session.withToken(send(chain, request, route, session.joinedBy(said)));
    }

    private Response send(Chain chain, Request request, Route route, PickRequest pickRequest) throws IOException {
        Replay replay = resilience.replayOf(request);
        ServiceCall call = new ServiceCall(request, route, replay, resilience, pools, strippedHeaders);
        return resilience.mayStopAttempts(request, replay)
                ? new SeparateAttempts(call, chain, pickRequest, this, threads).run()
                : new AttemptsInTurn(call, chain, pickRequest).run();
    }

    /** The headers that say something of the pick are there for the next one, too. */
    private Request withWhatWasStripped(Request request, Request next) {
        Request.Builder whole = next.newBuilder();
        for (String name : strippedHeaders) {
            whole.removeHeader(name);
            request.headers(name).forEach(value -> whole.addHeader(name, value));
        }
        return whole.build();
    }

    /** A request that was balanced once may be used again where it is not. */
    private static Request withoutPick(Request request) {
        return request.tag(Pick.class) == null
                ? request
                : request.newBuilder().tag(Pick.class, null).build();
    }
}
