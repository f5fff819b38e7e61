package dev.evenkeel.lb.httpclient;

import java.net.http.HttpClient;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to make another client like one that there is: its settings, as far as it shows them, and then what a builder was
 * told. A client does not show the priority of its streams and its local address.
 */
final class ClientSettings {

    private final @Nullable HttpClient origin;
    private final List<Consumer<HttpClient.Builder>> told;

    ClientSettings(@Nullable HttpClient origin, List<Consumer<HttpClient.Builder>> told) {
        this.origin = origin;
        this.told = List.copyOf(told);
    }

    /** A builder for another client with these settings. */
    HttpClient.Builder newBuilder() {
        HttpClient.Builder builder = HttpClient.newBuilder();
        if (origin != null) {
            copy(origin, builder);
            origin.cookieHandler().ifPresent(builder::cookieHandler);
            origin.authenticator().ifPresent(builder::authenticator);
        }
        told.forEach(setting -> setting.accept(builder));
        return builder;
    }

    /** A client like this one that keeps no cookies, and answers no challenge. */
    static HttpClient forgetful(HttpClient client) {
        HttpClient.Builder builder = HttpClient.newBuilder();
        copy(client, builder);
        return builder.build();
    }

    private static void copy(HttpClient client, HttpClient.Builder builder) {
        builder.version(client.version())
                .followRedirects(client.followRedirects())
                .sslContext(client.sslContext())
                .sslParameters(client.sslParameters());
        client.connectTimeout().ifPresent(builder::connectTimeout);
        client.proxy().ifPresent(builder::proxy);
        client.executor().ifPresent(builder::executor);
    }
}
