package dev.evenkeel.lb.okhttp;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.health.HealthProbe;
import okhttp3.OkHttpClient;

/** Asks instances over HTTP whether they are well. */
public final class OkHttpProbe {

    private OkHttpProbe() {}

    /**
     * A probe that sends {@code GET} to each instance, over plain HTTP. A status from 200 to 299 means that the instance is
     * well.
     *
     * <pre>{@code
     * LoadBalancer orders = LoadBalancer.builder("orders")
     *         .source(registry)
     *         .healthCheck(OkHttpProbe.get(client, "/health"))
     *         .build();
     * }</pre>
     *
     * <p>The probe goes through the client with its interceptors and settings, but it is not balanced, follows no redirect,
     * has no cookies and no cache, makes a connection for itself, and has only the time of the probe for everything. As in
     * balanced calls, the {@code Host} header names the service. The body is thrown away, and at most 8 KiB of it are read.
     *
     * @param client with or without balancing; its executor is used, its limits for enqueued calls do not apply
     * @param path begins with a slash, and may have a query
     * @throws IllegalArgumentException if the path does not begin with a slash
     */
    public static HealthProbe get(OkHttpClient client, String path) {
        return probe(client, "http", path);
    }

    /**
     * A probe that sends {@code GET} to each instance over HTTPS, and is otherwise like {@link #get}. As in balanced calls,
     * the certificate is checked against the name of the service, with the trust of the client, and an instance whose
     * certificate is not good is not well.
     *
     * @throws IllegalArgumentException if the path does not begin with a slash
     */
    public static HealthProbe getOverTls(OkHttpClient client, String path) {
        return probe(client, "https", path);
    }

    private static HealthProbe probe(OkHttpClient client, String scheme, String path) {
        return new GetProbe(requireNonNull(client, "client"), scheme, requireNonNull(path, "path"));
    }
}
