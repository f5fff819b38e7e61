package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.Acquisition;
import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Route;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;

/** A request to a service, and how it is sent to the instance of an attempt. */
final class ServiceCall {

    /** Longer than anybody waits, and what the time of a call may be at most. */
    private static final Duration MAX_LIMIT = Duration.ofDays(365);

    private final Request request;
    private final Route route;
    private final Replay replay;
    private final Resilience resilience;
    private final ClientPools pools;
    private final List<String> strippedHeaders;

    ServiceCall(
            Request request,
            Route route,
            Replay replay,
            Resilience resilience,
            ClientPools pools,
            List<String> strippedHeaders) {
        this.request = request;
        this.route = route;
        this.replay = replay;
        this.resilience = resilience;
        this.pools = pools;
        this.strippedHeaders = strippedHeaders;
    }

    Request request() {
        return request;
    }

    LoadBalancer balancer() {
        return route.balancer().orElseThrow();
    }

    /** What makes the attempts. */
    BalancedCall.Builder attempts(PickRequest pickRequest, Duration timeLimit) {
        BalancedCall.Builder attempts = BalancedCall.to(balancer())
                .pickRequest(pickRequest)
                .replay(replay)
                .retries(resilience.retries())
                .hedging(resilience.hedging())
                .refusalFailure(Acquisition::asIOException);
        return timeLimit.isZero() ? attempts : attempts.timeout(timeLimit);
    }

    /** The time that OkHttp gives the whole call; zero for as much as it takes. */
    static Duration timeLimit(Call call) {
        return Duration.ofNanos(Math.min(call.timeout().timeoutNanos(), MAX_LIMIT.toNanos()));
    }

    /**
     * Sends the request to the instance of an attempt.
     *
     * @param listener to the call that has this chain
     * @return the response: open if it goes to the caller, closed if there is to be another attempt
     */
    Response send(Attempt attempt, CallListener listener, Interceptor.Chain chain) throws IOException {
        ServiceInstance instance = attempt.instance();
        InstancePool pool = pools.of(balancer(), instance);
        listener.begin(attempt, pool);
        Response response;
        try {
            Interceptor.Chain routed = pool.over(chain, request.url().host(), instance);
            response = proceed(routed, picked(instance), attempt, listener, pool, chain.getRetryOnConnectionFailure());
            if (resilience.bodies().isOn() && isWorthReadingAhead(response, listener)) {
                resilience.bodies().read(response);
            }
        } catch (IOException failure) {
            throw listener.failed(failure);
        } catch (Throwable thrown) { // by an interceptor of the user's, or OkHttp's undeclared InterruptedException
            listener.abandon();
            throw thrown;
        }
        if (isAccepted(response, attempt, listener)) {
            attempt.keepOpen();
            return listener.handOver(response);
        }
        response.close();
        listener.drop();
        return response;
    }

    private Request picked(ServiceInstance instance) {
        Request.Builder picked = request.newBuilder().tag(Pick.class, new Pick(request.url(), route, instance));
        for (String name : strippedHeaders) {
            picked.removeHeader(name);
        }
        return picked.build();
    }

    /**
     * A connection that was kept, and is found closed now, says nothing of the instance: the request goes to the same one over
     * a new connection, once, as with OkHttp. The idle ones are likely to be closed as well.
     */
    private Response proceed(
            Interceptor.Chain routed,
            Request picked,
            Attempt attempt,
            CallListener listener,
            InstancePool pool,
            boolean retryOnConnectionFailure)
            throws IOException {
        try {
            return proceed(routed, picked);
        } catch (IOException lost) {
            if (!retryOnConnectionFailure || replay != Replay.ALWAYS || !listener.hasLostAKeptConnection(lost)) {
                throw lost;
            }
        }
        attempt.resent();
        listener.beginAgain();
        pool.closeIdle();
        return proceed(routed, picked);
    }

    private static Response proceed(Interceptor.Chain routed, Request picked) throws IOException {
        return Resilience.isUpgrade(picked) ? HandshakeGuard.proceed(routed, picked) : routed.proceed(picked);
    }

    private boolean isAccepted(Response response, Attempt attempt, CallListener listener) {
        Outcome said = listener.said();
        return isBetterElsewhere(response, listener) ? attempt.acceptIfLast(said) : attempt.accept(said);
    }

    private boolean isBetterElsewhere(Response response, CallListener listener) {
        return resilience.retries().isOnStatus(response.code()) && listener.isAnsweredByTheInstance();
    }

    /** Whether the call could be made again if the body broke off. */
    private boolean isWorthReadingAhead(Response response, CallListener listener) {
        return replay == Replay.ALWAYS && listener.isAnsweredByTheInstance() && !isBetterElsewhere(response, listener);
    }
}
