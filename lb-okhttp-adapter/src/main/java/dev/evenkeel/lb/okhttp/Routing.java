package dev.evenkeel.lb.okhttp;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.routing.NoRouteException;
import dev.evenkeel.lb.routing.Route;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.session.HttpSessions;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import okhttp3.CookieJar;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Where requests go, and what is said of the pick. */
final class Routing {

    private final Router router;
    private final Function<? super Request, PickRequest> pickRequest;
    private final @Nullable HttpSessions sessions;

    Routing(Router router, Function<? super Request, PickRequest> pickRequest, @Nullable HttpSessions sessions) {
        this.router = router;
        this.pickRequest = pickRequest;
        this.sessions = sessions;
    }

    /**
     * Where a request goes.
     *
     * @param cookies what has the tokens of sessions, if those are in cookies: that of the call, as clients which are derived
     *     may have their own
     * @throws IOException if it must not go out
     */
    Route route(Request request, CookieJar cookies) throws IOException {
        try {
            return router.resolve(new OkHttpRoutedRequest(request, cookies, this));
        } catch (NoRouteException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }

    /** The same; null if it must not go out. */
    @Nullable Route routeIfAny(Request request, CookieJar cookies) {
        try {
            return route(request, cookies);
        } catch (IOException refused) {
            return null;
        }
    }

    PickRequest pickRequest(Request request) {
        PickRequest ofTheCall = request.tag(PickRequest.class);
        return ofTheCall != null ? ofTheCall : requireNonNull(pickRequest.apply(request), "pickRequest");
    }

    /** The id of the instance of a service that a request is in a session with. */
    Optional<String> sessionInstance(String serviceName, Request request, CookieJar cookies) {
        Optional<StickySession> inCode = pickRequest(request).session();
        if (inCode.isPresent()) {
            return inCode.get().instanceId(serviceName);
        }
        return sessions == null
                ? Optional.empty()
                : sessions.instanceId(serviceName, RequestSession.values(sessions, cookies, request));
    }

    /** The request to send to an instance: with the path that its route says. The same one if that is its own. */
    static Request routed(Request request, Route route) {
        return route.path()
                .map(path -> request.newBuilder()
                        .url(request.url().newBuilder().encodedPath(path).build())
                        .build())
                .orElse(request);
    }
}
