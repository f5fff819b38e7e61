package dev.evenkeel.lb.okhttp;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Router;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Sends each call to a service to one instance, by settings for that call alone: the URL stays what it is, and with it the
 * {@code Host} header, cookies, cache keys and what TLS verifies.
 *
 * <p>An interceptor survives {@code newBuilder()}, so that clients which libraries derive are balanced, too.
 */
final class BalancingInterceptor implements Interceptor {

    /** How many instances are asked when one after the other refuses. */
    private static final int MAX_INSTANCES = 5;

    private final Router router;
    private final Function<? super Request, PickRequest> pickRequest;
    private final List<String> strippedHeaders;
    private final ClientPools pools;
    private final FollowUpVeil veil;

    BalancingInterceptor(
            Router router,
            Function<? super Request, PickRequest> pickRequest,
            List<String> strippedHeaders,
            ClientPools pools) {
        this.router = router;
        this.pickRequest = pickRequest;
        this.strippedHeaders = strippedHeaders;
        this.pools = pools;
        this.veil = new FollowUpVeil(router);
    }

    /** The network interceptor that this one needs below. */
    FollowUpVeil veil() {
        return veil;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
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
            if (isOneShot(next)) {
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
        Optional<LoadBalancer> balancer = router.route(new OkHttpRoutedRequest(request));
        return balancer.isEmpty() ? chain.proceed(withoutPick(request)) : balanced(chain, request, balancer.get());
    }

    /** An instance that refuses the request without having looked at it, as HTTP/2 lets it, is not the last one to ask. */
    private Response balanced(Chain chain, Request request, LoadBalancer balancer) throws IOException {
        PickRequest wanted = pickRequestOf(request);
        Attempt attempt = Attempt.next(chain.call(), request.url().host());
        Lease lease = attempt.begin(balancer, wanted);
        for (int instances = 1; ; instances++) {
            IOException failed;
            try {
                return attempt(chain, request, balancer, attempt, lease.instance());
            } catch (IOException failure) {
                failed = attempt.failed(failure);
                if (!attempt.isRefused() || instances == MAX_INSTANCES || isOneShot(request)) {
                    throw failed;
                }
            } catch (Throwable thrown) { // by an interceptor of the user's, or OkHttp's undeclared InterruptedException
                attempt.abandon();
                throw thrown;
            }
            wanted = avoiding(lease.instance(), wanted);
            attempt = Attempt.next(chain.call(), request.url().host());
            lease = attempt.beginElsewhere(balancer, wanted, failed);
        }
    }

    private Response attempt(
            Chain chain, Request request, LoadBalancer balancer, Attempt attempt, ServiceInstance instance)
            throws IOException {
        InstancePool pool = pools.of(balancer, instance);
        attempt.uses(pool);
        Request picked = picked(request, new Pick(request.url().host(), balancer, instance));
        Response response = pool.over(chain, picked, instance).proceed(picked);
        attempt.handOver();
        return response;
    }

    private PickRequest pickRequestOf(Request request) {
        PickRequest ofTheCall = request.tag(PickRequest.class);
        return ofTheCall != null ? ofTheCall : requireNonNull(pickRequest.apply(request), "pickRequest");
    }

    private static PickRequest avoiding(ServiceInstance instance, PickRequest wanted) {
        Set<String> avoided = new HashSet<>(wanted.avoided());
        avoided.add(instance.id());
        return wanted.toBuilder().avoid(avoided).build();
    }

    private static boolean isOneShot(Request request) {
        RequestBody body = request.body();
        return body != null && (body.isOneShot() || body.isDuplex());
    }

    private Request picked(Request request, Pick pick) {
        Request.Builder picked = request.newBuilder().tag(Pick.class, pick);
        strippedHeaders.forEach(picked::removeHeader);
        return picked.build();
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
