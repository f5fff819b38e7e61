package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.routing.Mirror;
import dev.evenkeel.lb.routing.NoRouteException;
import dev.evenkeel.lb.routing.Route;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.time.Ticker;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of a client or of a view have in common. Immutable.
 *
 * @param said what a view says of the pick of all its requests
 * @param leavesServices whether a redirect is followed to where no request of this service goes
 * @param callTimeout how long a call may take, body included; null for as long as it takes
 */
record Balancing(
        Carriers carriers,
        Router router,
        RequestRewriting rewriting,
        Function<? super HttpRequest, PickRequest> pickRequests,
        @Nullable PickRequest said,
        Redirects redirects,
        boolean leavesServices,
        Repetition repetition,
        @Nullable Duration callTimeout,
        Ticker ticker) {

    Balancing with(@Nullable PickRequest request) {
        return new Balancing(
                carriers,
                router,
                rewriting,
                pickRequests,
                request,
                redirects,
                leavesServices,
                repetition,
                callTimeout,
                ticker);
    }

    /** For a copy to a mirror: it is sent once, to where it is said, and leaves nothing behind in the client. */
    Balancing copying(Mirror mirror, PickRequest pick) {
        return new Balancing(
                carriers.copying(),
                router,
                rewriting.without(mirror.strippedHeaders()),
                pickRequests,
                pick,
                new Redirects(HttpClient.Redirect.NEVER),
                false,
                Repetition.NONE,
                null,
                ticker);
    }

    /**
     * Where a request goes.
     *
     * @param session that of the call so far; null if it begins with this request, or has none
     * @throws IOException if it must not go out
     */
    Route route(HttpRequest request, @Nullable StickySession session) throws IOException {
        RoutedHttpRequest routed = RoutedHttpRequest.of(request, this, session);
        if (routed == null) {
            return Route.AS_IT_IS;
        }
        try {
            return router.resolve(routed);
        } catch (NoRouteException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }

    /** What is said of the pick for a request. */
    PickRequest pickRequest(HttpRequest request) {
        return said != null
                ? said
                : requireNonNull(
                        pickRequests.apply(request), "pickRequest: null (expected: PickRequest.EMPTY for nothing)");
    }
}
