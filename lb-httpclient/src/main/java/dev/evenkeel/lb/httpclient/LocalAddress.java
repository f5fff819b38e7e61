package dev.evenkeel.lb.httpclient;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.http.HttpClient;
import org.jspecify.annotations.Nullable;

/** {@code HttpClient.Builder.localAddress}, which there is from Java 19 on. */
final class LocalAddress {

    private static final @Nullable MethodHandle METHOD = NewerMethods.find(
            HttpClient.Builder.class,
            "localAddress",
            MethodType.methodType(HttpClient.Builder.class, InetAddress.class));

    private LocalAddress() {}

    /** Sets it, and returns what the builder does. */
    static HttpClient.Builder set(HttpClient.Builder builder, @Nullable InetAddress address) {
        if (METHOD == null) {
            throw new UnsupportedOperationException("localAddress: not before Java 19");
        }
        try {
            return (HttpClient.Builder) METHOD.invokeExact(builder, address);
        } catch (Throwable thrown) {
            throw NewerMethods.unchecked(thrown);
        }
    }
}
