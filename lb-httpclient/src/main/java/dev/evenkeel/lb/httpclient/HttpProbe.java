package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.FutureFailures;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeContext;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asks an instance over HTTP whether it is well: it is if it answers a {@code GET} with a status from 200 to 299, itself and
 * in time.
 *
 * <pre>{@code
 * LoadBalancer orders = LoadBalancer.builder("orders")
 *         .instances("10.0.0.1:8080", "10.0.0.2:8080")
 *         .healthCheck(HttpProbe.get(client, "/health"))
 *         .build();
 * }</pre>
 *
 * <p>A redirect is not an answer of the instance's own, and so a failed probe, also when the client follows redirects. The
 * body is read and thrown away, up to 8 KiB of it. Probes are not calls: no pick is counted for them. Safe for concurrent
 * use; only the look-up of a host name may block.
 */
public final class HttpProbe implements HealthProbe {

    private static final int MAX_BODY = 8 * 1024;
    private static final String USER_AGENT = "evenkeel-probe";

    private final Carriers carriers;
    private final String scheme;
    private final String path;

    private HttpProbe(Carriers carriers, String scheme, String path) {
        this.carriers = carriers;
        this.scheme = scheme;
        this.path = path;
    }

    /**
     * A probe through this client, which should be the one that carries the calls.
     *
     * @param client if it is a balanced one, the probes go through the client that it wraps
     * @param path begins with {@code /}, and may have a query
     * @throws IllegalArgumentException if the path cannot be that of a URL
     */
    public static HttpProbe get(HttpClient client, String path) {
        return probe(client, "http", path);
    }

    /**
     * A probe over HTTPS, and otherwise like {@link #get}. As in calls, the certificate is checked against the name of the
     * service, or what the balanced client was told to check instead, and an instance whose certificate is not good is not
     * well.
     *
     * @throws IllegalArgumentException if the path cannot be that of a URL
     */
    public static HttpProbe getOverTls(HttpClient client, String path) {
        return probe(client, "https", path);
    }

    private static HttpProbe probe(HttpClient client, String scheme, String path) {
        requireNonNull(client, "client");
        requireNonNull(path, "path");
        if (!path.startsWith("/") || path.indexOf('#') >= 0) {
            throw new IllegalArgumentException("path: " + path + " (expected: begins with /, and has no fragment)");
        }
        try {
            URI.create("http://instance" + path);
        } catch (IllegalArgumentException notAPath) {
            throw new IllegalArgumentException("path: " + path + " (expected: that of a URL)", notAPath);
        }
        // Not through a balanced client itself, whose router might send the probe somewhere else.
        Carriers carriers = client instanceof BalancedHttpClient balanced ? balanced.carriers() : Carriers.of(client);
        return new HttpProbe(carriers, scheme, path);
    }

    @Override
    public CompletionStage<ProbeResult> check(ServiceInstance instance, ProbeContext context) {
        URI logical = URI.create(scheme + "://" + context.serviceName() + path);
        HttpRequest request;
        HttpClient carrier;
        try {
            carrier = carriers.carrier(logical).client();
            request = HttpRequest.newBuilder(carriers.target(logical, instance))
                    .version(HttpClient.Version.HTTP_1_1) // a probe is no occasion to negotiate
                    .header("User-Agent", USER_AGENT)
                    .timeout(context.timeout())
                    .build();
        } catch (IOException unknownHost) {
            return CompletableFuture.completedFuture(ProbeResult.sick(unknownHost));
        }
        // To cancel the result is to cancel the request: the futures of the JDK's client see to that.
        return carrier.sendAsync(request, head -> new DiscardedBody<>(MAX_BODY))
                .handle((response, failure) -> response != null
                        ? judge(response.statusCode())
                        : ProbeResult.sick(FutureFailures.unwrap(failure)));
    }

    private ProbeResult judge(int status) {
        return status >= 200 && status < 300 ? ProbeResult.well() : ProbeResult.sick(this + " answered " + status);
    }

    @Override
    public String toString() {
        return "GET " + path;
    }
}
