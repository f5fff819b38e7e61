package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.routing.Mirror;
import dev.evenkeel.lb.routing.Route;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import okhttp3.Authenticator;
import okhttp3.CookieJar;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Sends copies of requests to mirrors: calls of a client of their own, so that the caller's call and all that has state in his
 * client have no part in them.
 */
final class Mirroring {

    private static final Duration NO_LIMIT = Duration.ZERO;

    private static final Resilience ONCE =
            new Resilience(RetryPolicy.off(), HedgePolicy.off(), Resilience::usual, new ReadAhead(0));

    private final OkHttpClient client;
    private final ClientPools pools;
    private final List<String> strippedHeaders;

    /**
     * Mirroring by a client like this one, but for its interceptors: a request is copied when it has passed those.
     *
     * @param strippedHeaders what is taken out of all requests
     */
    Mirroring(OkHttpClient like, ClientPools pools, List<String> strippedHeaders) {
        this.pools = pools;
        this.strippedHeaders = strippedHeaders;
        OkHttpClient.Builder copying = like.newBuilder()
                .cookieJar(CookieJar.NO_COOKIES)
                .authenticator(Authenticator.NONE)
                .cache(null)
                .eventListener(EventListener.NONE)
                .followRedirects(false)
                .followSslRedirects(false)
                .callTimeout(NO_LIMIT)
                .dispatcher(
                        Dispatchers.unlimited(like.dispatcher())); // how many copies there are at a time, mirrors say
        copying.interceptors().clear();
        this.client = copying.addInterceptor(this::send).build();
    }

    /**
     * Begins the copy of a request that has one; if it has a body, when that has been written.
     *
     * @param said of the pick
     * @return what to send as the request itself
     */
    Request mirrored(Request request, Route route, PickRequest said) {
        Mirror mirror = route.mirror().orElse(null);
        if (mirror == null) {
            return request;
        }
        if (!isFit(request)) {
            mirror.skip();
            return request;
        }
        MirrorCopy copy = new MirrorCopy(client, mirror, request, route, said);
        RequestBody body = request.body();
        if (body == null) {
            copy.begin(null);
            return request;
        }
        return request.newBuilder()
                .method(request.method(), new CopiedBody(body, copy))
                .build();
    }

    private static boolean isFit(Request request) {
        RequestBody body = request.body();
        try {
            return !Resilience.isUpgrade(request)
                    && !Resilience.isBodyOnce(request)
                    && (body == null || body.contentLength() <= Mirror.MAX_BODY);
        } catch (IOException unknown) { // the call itself will say so
            return false;
        }
    }

    private Response send(Interceptor.Chain chain) throws IOException {
        Request request = chain.request();
        MirrorCopy copy = request.tag(MirrorCopy.class);
        if (copy == null) {
            throw new IOException("mirror: not a copy (expected: a tag that says where it goes)");
        }
        ServiceCall service =
                new ServiceCall(request, copy.route(), ONCE.replayOf(request), ONCE, pools, strippedHeaders);
        return new AttemptsInTurn(service, chain, copy.pickRequest(), copy.timeout()).run();
    }
}
