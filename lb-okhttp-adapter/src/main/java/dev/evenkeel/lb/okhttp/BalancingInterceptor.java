package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.LoadBalancerException;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Route;
import dev.evenkeel.lb.session.HttpSessions;
import java.io.IOException;
import java.net.ConnectException;
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
    private final Mirroring mirroring;

    /** Balances the calls of a client, which has a {@link FollowUpVeil} as well. */
    BalancingInterceptor(
            Routing routing,
            Mirroring mirroring,
            List<String> strippedHeaders,
            @Nullable HttpSessions sessions,
            Resilience resilience,
            ClientPools pools,
            Executor threads) {
        this.routing = routing;
        this.mirroring = mirroring;
        this.strippedHeaders = strippedHeaders;
        this.sessions = sessions;
        this.resilience = resilience;
        this.pools = pools;
        this.threads = threads;
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
            Response response = send(chain, request, redirects == 0);
            Optional<Response> redirect = FollowUpVeil.unveiledRedirect(response);
            if (redirect.isEmpty()) {
                return Redirect.after(before, FollowUpVeil.unveiledRetryAfter(response));
            }
            response = Redirect.after(before, redirect.get());
            HttpUrl target = Redirect.target(response, chain);
            if (target == null) {
                return response;
            }
            Request next = Redirect.next(response, target);
            Route route = routing.routeIfAny(next, chain.getCookieJar());
            if (Resilience.isBodyOnce(next) || route == null) {
                return response;
            }
            if (!staysWithService(response.request(), target, route)) {
                next = Redirect.toAnotherService(next);
            }
            response.close();
            if (redirects == Redirect.MAX) {
                throw new ProtocolException("Too many follow-up requests: " + (redirects + 1));
            }
            before = response;
            request = withWhatWasStripped(request, next);
        }
    }

    /** Whether credentials may go along: to another host, or another scheme, OkHttp takes none either. */
    private static boolean staysWithService(Request redirected, HttpUrl target, Route route) {
        Pick pick = redirected.tag(Pick.class);
        return pick != null
                && route.isSameServiceAs(pick.route())
                && redirected.url().host().equals(target.host())
                && redirected.url().scheme().equals(target.scheme());
    }

    private Response send(Chain chain, Request given, boolean isTheCallers) throws IOException {
        Route route = routing.route(given, chain.getCookieJar());
        if (route.balancer().isEmpty()) {
            return chain.proceed(withoutPick(given));
        }
        PickRequest said = routing.pickRequest(given);
        Request request = isTheCallers ? mirroring.mirrored(given, route, said) : given;
        if (sessions == null) {
            return balanced(chain, request, route, said);
        }
        RequestSession session = RequestSession.of(
                sessions, chain.getCookieJar(), route.balancer().get(), request);
        return session.withToken(balanced(chain, request, route, session.joinedBy(said)));
    }

    private Response balanced(Chain chain, Request request, Route route, PickRequest pickRequest) throws IOException {
        return Resilience.isUpgrade(request)
                ? handshake(chain, request, route, pickRequest)
                : send(chain, request, route, pickRequest);
    }

    /** No network interceptor sees the handshake of a WebSocket: what the veils do is done here. */
    private Response handshake(Chain chain, Request request, Route route, PickRequest pickRequest) throws IOException {
        if (route.path().isEmpty() && sessions == null) {
            return send(chain, request, route, pickRequest);
        }
        Chain veiled = chain.withCookieJar(new HandshakeCookies(chain.getCookieJar(), request.url(), sessions));
        Request routed = Routing.routed(request, route);
        Request sent = sessions == null ? routed : SessionVeil.withoutToken(sessions, routed);
        Route asItIs = Route.to(route.balancer().orElseThrow());
        Response response = send(veiled, sent, asItIs, pickRequest);
        Request asked = response.request().newBuilder().url(request.url()).build();
        return response.newBuilder().request(asked).build();
    }

    private Response send(Chain chain, Request request, Route route, PickRequest pickRequest) throws IOException {
        try {
            return sent(chain, request, route, pickRequest);
        } catch (ConnectException refused) {
            Response kept = refused.getCause() instanceof LoadBalancerException ? kept(chain, request) : null;
            if (kept == null) {
                throw refused;
            }
            return kept;
        }
    }

    /** What is in the cache, which needs no instance; null if there is nothing, or an instance has to say if it is fresh. */
    private static @Nullable Response kept(Chain chain, Request request) throws IOException {
        if (chain.getCache() == null) {
            return null;
        }
        Request fromTheCache = request.newBuilder()
                .addHeader("Cache-Control", "only-if-cached")
                .build();
        Response response = chain.proceed(fromTheCache);
        if (response.cacheResponse() == null) {
            response.close();
            return null;
        }
        return response.newBuilder().request(request).build();
    }

    private Response sent(Chain chain, Request request, Route route, PickRequest pickRequest) throws IOException {
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
