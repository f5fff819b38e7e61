package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.Acquisition;
import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.httpclient.Carriers.Carrier;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Mirror;
import dev.evenkeel.lb.routing.Route;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request of a call: the caller's own, or what a redirect made of it. A call goes on to another leg when the response is a
 * redirect that is followed. Immutable.
 */
final class Leg {

    /** The client counts the time of a request in milliseconds. */
    private static final long NOTICEABLE_NANOS = 1_000_000;

    private final Balancing balancing;
    private final HttpRequest request;
    private final Route route;

    /** Its URL with the path to ask an instance for, still addressed to the service. */
    private final URI routed;

    private final int redirects;

    /** Null if there are none, or this goes to no service. */
    private final @Nullable LegSession session;

    /** When it began; nothing if there is no limit to it. */
    private final long begun;

    private Leg(Balancing balancing, HttpRequest request, Route route, int redirects, @Nullable LegSession session) {
        this.balancing = balancing;
        this.request = request;
        this.route = route;
        this.routed = balancing.carriers().routed(request.uri(), route.path());
        this.redirects = redirects;
        this.session = session;
        this.begun = request.timeout().isPresent() ? balancing.ticker().nanos() : 0;
    }

    /**
     * The first leg of a call, which is the only one unless something special happens.
     *
     * @throws IOException if the request must not go out
     */
    static Leg first(Balancing balancing, HttpRequest request) throws IOException {
        Route route = balancing.route(request, null);
        return new Leg(balancing, request, route, 0, session(balancing, request, route));
    }

    private static @Nullable LegSession session(Balancing balancing, HttpRequest request, Route route) {
        return route.balancer()
                .map(balancer -> balancing.carriers().session(balancer, request))
                .orElse(null);
    }

    /** The request as the caller sees it. */
    HttpRequest request() {
        return request;
    }

    /** Whether this goes to a service. If not, the wrapped client sends the request as it is. */
    boolean isBalanced() {
        return route.balancer().isPresent();
    }

    /** Who gets a copy of the request; null for nobody. */
    @Nullable Mirror mirror() {
        return route.mirror().orElse(null);
    }

    /** What nobody gets a copy of, as there is more to it than a request. */
    void skipMirror() {
        route.mirror().ifPresent(Mirror::skip);
    }

    /** The copy of this leg for its mirror, with time and headers of its own. */
    Leg copyFor(Mirror mirror) {
        HttpRequest.Builder copy = HttpRequest.newBuilder(
                        session == null ? request : session.withoutToken(request), (name, value) -> true)
                .setHeader(Mirror.HEADER, serviceName())
                .timeout(mirror.timeout());
        Balancing copying = balancing.copying(mirror, mirror.pickRequest(balancing.pickRequest(request)));
        return new Leg(copying, copy.build(), route.copy().orElseThrow(), 0, null);
    }

    /** What sends the requests that are not balanced. */
    HttpClient client() {
        return balancing.carriers().wrapped();
    }

    /** The name of the service. */
    String serviceName() {
        return balancer().serviceName();
    }

    private LoadBalancer balancer() {
        return route.balancer().orElseThrow();
    }

    /** By when the call that begins with this is to be over; null if it may take what time it takes. */
    @Nullable Deadline deadline() {
        Duration limit = balancing.callTimeout();
        return limit == null ? null : new Deadline(limit, balancer().callContext());
    }

    /** The head of a response as the caller sees it. Asked once for each, as it may make a token. */
    ResponseInfo logical(ResponseInfo head) {
        if (session == null) {
            return head;
        }
        HttpHeaders headers = session.withToken(head.headers());
        return new SessionHead(head.statusCode(), headers, head.version());
    }

    /** The handshake of a WebSocket has succeeded. Nobody sees its answer, but a store of cookies has the token. */
    void handshaken() {
        if (session != null) {
            session.withToken(HttpHeaders.of(Map.of(), (name, value) -> true));
        }
    }

    private PickRequest pickRequest() {
        PickRequest said = balancing.pickRequest(request);
        return session == null ? said : session.joinedBy(said);
    }

    /** Its attempts. */
    BalancedCall.Builder call() {
        BalancedCall.Builder call = balancing
                .repetition()
                .call(balancer(), request)
                .pickRequest(pickRequest())
                .refusalFailure(Acquisition::asIOException)
                .timeoutFailure(Deadline::failure);
        request.timeout().ifPresent(limit -> call.retryWithin(Deadline.bounded(limit)));
        return call;
    }

    /** Whether an answer with this status is better got elsewhere. */
    boolean isBetterElsewhere(int status) {
        return balancing.repetition().retries().isOnStatus(status);
    }

    /** What carries the request. */
    Carrier carrier() throws IOException {
        return balancing.carriers().carrier(request.uri());
    }

    /** Whether {@link #target} has to look up a name first, and may block. */
    boolean looksUp(ServiceInstance instance) {
        return balancing.carriers().looksUp(routed, instance);
    }

    /** The URL at this instance. */
    URI target(ServiceInstance instance) throws UnknownHostException {
        return balancing.carriers().target(routed, instance);
    }

    /** What {@link #target} gives, without blocking. */
    CompletableFuture<URI> targetAsync(ServiceInstance instance, Carrier carrier) {
        return balancing.carriers().targetAsync(routed, instance, carrier);
    }

    /** A copy to be sent in the first attempt, still addressed to the service. */
    HttpRequest.Builder copy() {
        return balancing.rewriting().copy(session == null ? request : session.withoutToken(request));
    }

    /**
     * What is sent in this attempt, still addressed to the service. The time that a request has is for all attempts.
     *
     * @param first what {@link #copy} gave
     */
    HttpRequest.Builder copy(HttpRequest.Builder first, Attempt attempt) {
        HttpRequest.Builder copy = attempt.number() == 1 ? first : copy();
        if (request.timeout().isPresent() && (attempt.number() > 1 || hasWaited())) {
            copy.timeout(left(request.timeout().get()));
        }
        return copy;
    }

    /** Whether it has taken noticeable time to get an instance. */
    private boolean hasWaited() {
        return balancing.ticker().nanos() - begun >= NOTICEABLE_NANOS;
    }

    /** The leg after this one if it is answered with this head; null if that is for the caller. */
    @Nullable Leg afterRedirect(ServiceInstance instance, ResponseInfo head) {
        URI to = redirects + 1 < Redirects.MAX ? balancing.redirects().target(request, instance, head) : null;
        if (to == null) {
            return null;
        }
        HttpRequest next = following(to, head, true).build();
        Route nextRoute;
        try {
            nextRoute = balancing.route(next, pickRequest().session().orElse(null));
        } catch (IOException refused) {
            return null; // the caller sees where it would have led
        }
        boolean staysWithService = nextRoute.isSameServiceAs(route);
        if (!staysWithService && !balancing.leavesServices()) {
            return null;
        }
        if (!staysWithService || Redirects.isDowngrade(request.uri(), to)) {
            next = following(to, head, false).build();
        }
        if (!staysWithService && session != null) {
            next = session.withoutToken(next);
        }
        if (nextRoute.balancer().isEmpty()) {
            next = balancing.rewriting().copy(next).build();
        }
        // What a view says of the pick is about the instances of this service.
        Balancing nextBalancing = staysWithService ? balancing : balancing.with(null);
        LegSession nextSession = staysWithService ? session : session(nextBalancing, next, nextRoute);
        return new Leg(nextBalancing, next, nextRoute, redirects + 1, nextSession);
    }

    private HttpRequest.Builder following(URI to, ResponseInfo head, boolean withCredentials) {
        HttpRequest.Builder next = Redirects.following(request, to, head.statusCode(), withCredentials);
        request.timeout().ifPresent(limit -> next.timeout(left(limit)));
        return next;
    }

    /** The limit is for the whole of the call, so that a leg has what those before have left. */
    private Duration left(Duration limit) {
        return Deadline.bounded(limit.minusNanos(balancing.ticker().nanos() - begun));
    }
}
