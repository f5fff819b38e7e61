package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.text.Printable;

/**
 * A request must not go out: a rule refuses it, or its path can be read in two ways that different rules match. Callers of a
 * client get an {@link java.io.IOException} with this as its cause. Carries no stack trace.
 */
public final class NoRouteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** A refusal that gives a reason. For routers of one's own. */
    public NoRouteException(String message) {
        super(message, null, false, false);
    }

    /** Without the query, in which there may be secrets. */
    static NoRouteException of(RoutedRequest request, String why) {
        return new NoRouteException(
                Printable.of(request.method() + " " + request.host() + request.path()) + ": " + why);
    }
}
