package dev.evenkeel.lb.httpclient;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse.BodySubscriber;
import java.util.Optional;
import java.util.Set;

/**
 * Which bodies can be sent, or fetched, a second time. The JDK promises it of none, but those of its own that hold all they
 * have are known, if only by their names. Whatever is not known, or gets another name, is there once: a stream that has been
 * read would be sent as an empty body, and a file that has been written keeps what the second body does not overwrite.
 */
final class RepeatableBodies {

    /** {@code noBody}, {@code ofString}, {@code ofByteArray}: these cannot fail either. */
    private static final Set<String> HELD = Set.of("EmptyPublisher", "StringPublisher", "ByteArrayPublisher");

    /** {@code ofFile}. */
    private static final Set<String> FILES = Set.of("FilePublisher");

    /** {@code ofString} and {@code ofByteArray}, {@code discarding} and {@code replacing}. */
    private static final Set<String> SUBSCRIBERS = Set.of("ByteArraySubscriber", "NullSubscriber");

    private RepeatableBodies() {}

    /** Whether the body of this request, if it has one, can be sent twice. */
    static boolean isOf(HttpRequest request) {
        Optional<BodyPublisher> body = request.bodyPublisher();
        return body.isEmpty() || isKnown(HELD, body.get()) || isKnown(FILES, body.get());
    }

    /** Whether all of the body of this request, if it has one, is in memory. */
    static boolean isHeld(HttpRequest request) {
        Optional<BodyPublisher> body = request.bodyPublisher();
        return body.isEmpty() || isKnown(HELD, body.get());
    }

    /** Whether a body can begin anew at another one like this, as if this one had never been. */
    static boolean isFor(BodySubscriber<?> subscriber) {
        return isKnown(SUBSCRIBERS, subscriber);
    }

    private static boolean isKnown(Set<String> names, Object body) {
        Class<?> type = body.getClass();
        return type.getModule() == HttpClient.class.getModule() && names.contains(type.getSimpleName());
    }
}
