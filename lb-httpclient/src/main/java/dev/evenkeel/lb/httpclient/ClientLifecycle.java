package dev.evenkeel.lb.httpclient;

import static java.lang.invoke.MethodType.methodType;
import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandle;
import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Ends clients, where the JDK can: from Java 21 on. Before, it behaves as a client of 21 that does not implement it. */
final class ClientLifecycle {

    private static final @Nullable MethodHandle SHUTDOWN = find("shutdown", void.class);
    private static final @Nullable MethodHandle SHUTDOWN_NOW = find("shutdownNow", void.class);
    private static final @Nullable MethodHandle CLOSE = find("close", void.class);
    private static final @Nullable MethodHandle IS_TERMINATED = find("isTerminated", boolean.class);
    private static final @Nullable MethodHandle AWAIT_TERMINATION =
            NewerMethods.find(HttpClient.class, "awaitTermination", methodType(boolean.class, Duration.class));

    private ClientLifecycle() {}

    private static @Nullable MethodHandle find(String name, Class<?> result) {
        return NewerMethods.find(HttpClient.class, name, methodType(result));
    }

    static void shutdown(HttpClient client) {
        run(SHUTDOWN, client);
    }

    static void shutdownNow(HttpClient client) {
        run(SHUTDOWN_NOW, client);
    }

    static void close(HttpClient client) {
        run(CLOSE, client);
    }

    static boolean isTerminated(HttpClient client) {
        if (IS_TERMINATED == null) {
            return false;
        }
        try {
            return (boolean) IS_TERMINATED.invokeExact(client);
        } catch (Throwable thrown) {
            throw NewerMethods.unchecked(thrown);
        }
    }

    static boolean awaitTermination(HttpClient client, Duration duration) throws InterruptedException {
        requireNonNull(duration, "duration");
        if (AWAIT_TERMINATION == null) {
            return true;
        }
        try {
            return (boolean) AWAIT_TERMINATION.invokeExact(client, duration);
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Throwable thrown) {
            throw NewerMethods.unchecked(thrown);
        }
    }

    private static void run(@Nullable MethodHandle method, HttpClient client) {
        if (method == null) {
            return;
        }
        try {
            method.invokeExact(client);
        } catch (Throwable thrown) {
            throw NewerMethods.unchecked(thrown);
        }
    }
}
