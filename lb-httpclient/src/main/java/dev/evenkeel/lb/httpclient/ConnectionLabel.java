package dev.evenkeel.lb.httpclient;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code HttpResponse.connectionLabel()}, which there is from Java 25 on. */
final class ConnectionLabel {

    private static final @Nullable MethodHandle METHOD =
            NewerMethods.find(HttpResponse.class, "connectionLabel", MethodType.methodType(Optional.class));

    private ConnectionLabel() {}

    @SuppressWarnings("unchecked") // the method's own type
    static Optional<String> of(HttpResponse<?> response) {
        if (METHOD == null) {
            return Optional.empty();
        }
        try {
            return (Optional<String>) (Optional<?>) METHOD.invokeExact(response);
        } catch (Throwable thrown) {
            throw NewerMethods.unchecked(thrown);
        }
    }
}
