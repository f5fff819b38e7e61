package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.httpclient.Carriers.Carrier;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request of a call: the caller's own, or what a redirect made of it. A call goes on to another leg when the response
 * is a redirect that is followed, or when the connection to the instance had no room for the request. Immutable.
 */
final class Leg {

    /** So many instances are asked whether they have room. */
    private static final int MAX_FULL = 5;

    private static final Duration NO_TIME = Duration.ofNanos(1); // the client takes none for a mistake

    private final Balancing balancing;
    private final HttpRequest request;
    private final @Nullable LoadBalancer balancer;
    private final Set<String> full;
    private final int redirects;
    private final long begun;

    private Leg(
            Balancing balancing,
            HttpRequest request,
            @Nullable LoadBalancer balancer,
            Set<String> full,
            int redirects,
            long begun) {
        this.balancing = balancing;
        this.request = request;
        this.balancer = balancer;
        this.full = full;
        this.redirects = redirects;
        this.begun = begun;
    }

    /** The first leg of a call, which is the only one unless something special happens. */
    static Leg first(Balancing balancing, HttpRequest request) {
        return new Leg(balancing, request, balancing.route(request), Set.of(), 0, begun(balancing, request));
    }

    /** Now, if anybody will want to know. */
    private static long begun(Balancing balancing, HttpRequest request) {
        return balancing.redirects().isOn() && request.timeout().isPresent()
                ? balancing.ticker().nanos()
                : 0;
    }

    /** The request as the caller sees it. */
    HttpRequest request() {
        return request;
    }

    /** Whether this goes to a service. If not, the wrapped client sends the request as it is. */
    boolean isBalanced() {
        return balancer != null;
    }

    /** Where to ask for a lease. */
    LoadBalancer balancer() {
        return requireNonNull(balancer);
    }

    /** What to say of the pick. */
    PickRequest pickRequest() {
        PickRequest said = balancing.pickRequest(request);
        if (full.isEmpty()) {
            return said;
        }
        Set<String> avoided = new HashSet<>(said.avoided());
        avoided.addAll(full);
        return said.toBuilder().avoid(avoided).build();
    }

    /** What carries the request. */
    Carrier carrier() throws IOException {
        return balancing.carriers().carrier(request.uri());
    }

    /** Whether {@link #target} has to look up a name first, and may block. */
    boolean looksUp(ServiceInstance instance) {
        return balancing.carriers().looksUp(request.uri(), instance);
    }

    /** The URL at this instance. */
    URI target(ServiceInstance instance) throws UnknownHostException {
        return balancing.carriers().target(request.uri(), instance);
    }

    /** What {@link #target} gives, without blocking. */
    CompletableFuture<URI> targetAsync(ServiceInstance instance, Carrier carrier) {
        return balancing.carriers().targetAsync(request.uri(), instance, carrier);
    }

    /** A copy to be sent, still addressed to the service. */
    HttpRequest.Builder copy() {
        return balancing.rewriting().copy(request);
    }

    /** The leg after this one if it is answered with this head; null if that is for the caller. */
    @Nullable Leg afterRedirect(ServiceInstance instance, ResponseInfo head) {
        URI to = redirects + 1 < Redirects.MAX ? balancing.redirects().target(request, instance, head) : null;
        if (to == null) {
            return null;
        }
        HttpRequest next = following(to, head, true).build();
        LoadBalancer nextBalancer = balancing.route(next);
        boolean staysWithService = nextBalancer == balancer;
        if (!staysWithService && !balancing.leavesServices()) {
            return null;
        }
        if (!staysWithService || Redirects.isDowngrade(request.uri(), to)) {
            next = following(to, head, false).build();
        }
        if (nextBalancer == null) {
            next = balancing.rewriting().copy(next).build();
        }
        // What a view says of the pick is about the instances of this service.
        Balancing nextBalancing = staysWithService ? balancing : balancing.with(null);
        return new Leg(nextBalancing, next, nextBalancer, Set.of(), redirects + 1, begun);
    }

    private HttpRequest.Builder following(URI to, ResponseInfo head, boolean withCredentials) {
        HttpRequest.Builder next = Redirects.following(request, to, head.statusCode(), withCredentials);
        request.timeout().ifPresent(limit -> next.timeout(left(limit)));
        return next;
    }

    /** The limit is for the whole of the call, so that a leg has what those before have left. */
    private Duration left(Duration limit) {
        Duration left = limit.minusNanos(balancing.ticker().nanos() - begun);
        return left.compareTo(NO_TIME) > 0 ? left : NO_TIME;
    }

    /** The leg after this one if it failed with this; null if that is for the caller. */
    @Nullable Leg afterFailure(ServiceInstance instance, Throwable failure) {
        if (!ExchangeFailures.hadNoRoom(failure) || full.size() >= MAX_FULL || full.contains(instance.id())) {
            return null;
        }
        Set<String> all = new HashSet<>(full);
        all.add(instance.id());
        return new Leg(balancing, request, balancer, all, redirects, begun);
    }
}
