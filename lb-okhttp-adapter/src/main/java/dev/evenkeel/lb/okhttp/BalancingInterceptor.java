package dev.evenkeel.lb.okhttp;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Router;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Sends each call to a service to one instance, by settings for that call alone: the URL stays what it is, and with it the
 * {@code Host} header, cookies, cache keys and what TLS verifies.
 *
 * <p>An interceptor survives {@code newBuilder()}, so that clients which libraries derive are balanced, too.
 */
final class BalancingInterceptor implements Interceptor {

    private final Router router;
    private final Function<? super Request, PickRequest> pickRequest;
    private final List<String> strippedHeaders;
    private final ClientPools pools = new ClientPools();

    BalancingInterceptor(
            Router router, Function<? super Request, PickRequest> pickRequest, List<String> strippedHeaders) {
        this.router = router;
        this.pickRequest = pickRequest;
        this.strippedHeaders = strippedHeaders;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        Optional<LoadBalancer> balancer = router.route(new OkHttpRoutedRequest(request));
        if (balancer.isEmpty()) {
            return chain.proceed(withoutPick(request));
        }
        PickRequest wanted = pickRequestOf(request);
        Attempt attempt = Attempt.next(chain.call(), request.url().host());
        Lease lease = attempt.begin(balancer.get(), wanted);
        try {
            return attempt(chain, request, balancer.get(), attempt, lease.instance());
        } catch (IOException failure) {
            throw attempt.failed(failure);
        } catch (Throwable thrown) { // by an interceptor of the user's, or OkHttp's undeclared InterruptedException
            attempt.abandon();
            throw thrown;
        }
    }

    private Response attempt(
            Chain chain, Request request, LoadBalancer balancer, Attempt attempt, ServiceInstance instance)
            throws IOException {
        String host = request.url().host();
        InstancePool pool = pools.of(balancer, instance);
        attempt.uses(pool);
        Pick pick = new Pick(host, instance);
        Response response = pool.over(chain, host, instance).proceed(picked(request, pick));
        attempt.handOver();
        return RetryAfterVeil.unveil(response, pick);
    }

    private PickRequest pickRequestOf(Request request) {
        PickRequest ofTheCall = request.tag(PickRequest.class);
        return ofTheCall != null ? ofTheCall : requireNonNull(pickRequest.apply(request), "pickRequest");
    }

    private Request picked(Request request, Pick pick) {
        Request.Builder picked = request.newBuilder().tag(Pick.class, pick);
        strippedHeaders.forEach(picked::removeHeader);
        return picked.build();
    }

    /** A request that was balanced once may be used again where it is not. */
    private static Request withoutPick(Request request) {
        return request.tag(Pick.class) == null
                ? request
                : request.newBuilder().tag(Pick.class, null).build();
    }
}
