package dev.evenkeel.lb.routing;

import dev.evenkeel.lb.request.PickRequest;
import java.util.Optional;

/** What a router may know of a request. Implemented by the adapters. */
public interface RoutedRequest {

    /** Such as {@code GET}. */
    String method();

    /** The host of the URL, in lower case and without a trailing dot. */
    String host();

    /** The path of the URL as it stands there, escapes included; at least {@code /}. */
    String path();

    /** The query of the URL as it stands there, escapes included, without the question mark. */
    Optional<String> query();

    /** The first value of a header; the name's case does not matter. */
    Optional<String> header(String name);

    /** What is said of the pick for this request, if the client knows; its sticky key decides in a {@link Split}. */
    default PickRequest pickRequest() {
        return PickRequest.EMPTY;
    }

    /** The id of the instance of this service that the caller has a session with, if any: a {@link Split} goes by that, too. */
    default Optional<String> sessionInstance(String serviceName) {
        return pickRequest().session().flatMap(session -> session.instanceId(serviceName));
    }
}
