package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.time.Ticker;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds a {@link BalancedHttpClient}, out of one that there is or with settings of its own; not safe for concurrent use.
 *
 * <p>It is an {@link HttpClient.Builder}, for libraries that take one and call {@link #build} themselves. What they set
 * takes the place of what the given client has; that client then is only the model, and not used itself.
 */
public final class BalancedHttpClientBuilder implements HttpClient.Builder {

    private static final Logger log = LoggerFactory.getLogger(BalancedHttpClient.class);

    private static final UnaryOperator<String> DEFAULT_TLS_NAMES = UnaryOperator.identity();

    private final @Nullable HttpClient given;
    private final Router router;

    /** Refuses wrong settings when they are made. */
    private final HttpClient.Builder checked = HttpClient.newBuilder();

    private final List<Consumer<HttpClient.Builder>> settings = new ArrayList<>();
    private final List<String> strippedHeaders = new ArrayList<>();
    private Function<? super HttpRequest, PickRequest> pickRequests = request -> PickRequest.EMPTY;
    private @Nullable UnaryOperator<String> tlsNames = DEFAULT_TLS_NAMES;
    private @Nullable UnaryOperator<HttpClient> decoration;
    private boolean foreignRedirects = true;
    private boolean forwardedHost;
    private Repetition repetition = Repetition.DEFAULT;
    private @Nullable Duration callTimeout;
    private @Nullable HttpSessions sessions;

    BalancedHttpClientBuilder(@Nullable HttpClient given, Router router) {
        this.given = given;
        this.router = router;
    }

    /**
     * Sets what is said of the pick for a request: for instance, the user in a header as the sticky key. This also
     * works where a library makes the requests. Default nothing. No header is honoured otherwise.
     *
     * <pre>{@code
     * BalancedHttpClient.builder(client, orders)
     *         .pickRequest(request -> request.headers().firstValue("X-User")
     *                 .map(PickRequest::stickyTo)
     *                 .orElse(PickRequest.EMPTY))
     *         .stripHeaders("X-User")
     *         .build();
     * }</pre>
     *
     * @param function called on the thread that sends, by many at once; what it throws is thrown to the caller
     */
    public BalancedHttpClientBuilder pickRequest(Function<? super HttpRequest, PickRequest> function) {
        this.pickRequests = requireNonNull(function, "function");
        return this;
    }

    /** Removes these headers, in any case, from balanced requests before they leave. May be called repeatedly. */
    public BalancedHttpClientBuilder stripHeaders(String... names) {
        for (String name : names) {
            strippedHeaders.add(requireNonNull(name, "name"));
        }
        return this;
    }

    /**
     * Sets the name that TLS asks for and verifies, by the host of the URL in lower case. Default the host itself:
     * for {@code https://orders} the certificate has to be for {@code orders}.
     *
     * @param nameOfHost called once for each host, more or less
     */
    public BalancedHttpClientBuilder tlsName(UnaryOperator<String> nameOfHost) {
        this.tlsNames = requireNonNull(nameOfHost, "nameOfHost");
        return this;
    }

    /** Has TLS verify the host of the instance instead, be it a name or an address, and not that of the service. */
    public BalancedHttpClientBuilder tlsNameOfInstance() {
        this.tlsNames = null;
        return this;
    }

    /**
     * Whether redirects of balanced requests are followed that lead to anything but the same service; there they go
     * without credentials. Default true. It changes nothing where {@link #followRedirects} says that none are followed.
     */
    public BalancedHttpClientBuilder foreignRedirects(boolean followed) {
        this.foreignRedirects = followed;
        return this;
    }

    /**
     * Whether balanced requests tell what the caller called the service, in {@code X-Forwarded-Host} and
     * {@code X-Forwarded-Proto}: the header {@code Host} is the address of the instance. Default false.
     */
    public BalancedHttpClientBuilder forwardedHost(boolean told) {
        this.forwardedHost = told;
        return this;
    }

    /**
     * Sets how long a balanced call may take as a whole: waiting for an instance, redirects, and the body to its end,
     * which {@code HttpRequest.timeout} leaves out up to Java 25. It then fails with an
     * {@link java.net.http.HttpTimeoutException}, or its body does. Default none, as it would end streams.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public BalancedHttpClientBuilder callTimeout(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: > 0)");
        }
        this.callTimeout = limit;
        return this;
    }

    /**
     * Sets how often, and after what pause, a balanced call is made again that an instance has failed; and what time one
     * attempt has, body included as far as the handler takes it whole. Default {@link RetryPolicy#defaults()}.
     */
    public BalancedHttpClientBuilder retries(RetryPolicy policy) {
        requireNonNull(policy, "policy");
        this.repetition = new Repetition(policy, repetition.hedging(), repetition.replays());
        return this;
    }

    /**
     * Sets after what time a balanced call that is not answered is made at a second instance as well. Default
     * {@link HedgePolicy#off()}.
     */
    public BalancedHttpClientBuilder hedging(HedgePolicy policy) {
        requireNonNull(policy, "policy");
        this.repetition = new Repetition(repetition.retries(), policy, repetition.replays());
        return this;
    }

    /**
     * Sets which balanced requests may be executed twice. Default what {@link Replay#ofMethod} says of the method: for
     * instance, POST only if it was never sent. Whatever is said, a body that may be there only once is never sent twice.
     *
     * <pre>{@code
     * BalancedHttpClient.builder(client, orders)
     *         .replay(request -> request.headers().firstValue("Idempotency-Key").isPresent()
     *                 ? Replay.ALWAYS
     *                 : Replay.ofMethod(request.method()))
     *         .build();
     * }</pre>
     *
     * @param function called on the thread that sends, by many at once; what it throws is thrown to the caller
     */
    public BalancedHttpClientBuilder replay(Function<? super HttpRequest, Replay> function) {
        requireNonNull(function, "function");
        this.repetition = new Repetition(repetition.retries(), repetition.hedging(), function);
        return this;
    }

    /**
     * Keeps callers at instances by tokens, which requests bring and responses have: a request without one begins a session,
     * and its response has the token; one with a token goes to the instance of the session while that may be used. Instances
     * do not see tokens. A client that keeps cookies keeps those in cookies by itself. Default none.
     *
     * <pre>{@code
     * BalancedHttpClient.builder(client, orders).sessions(HttpSessions.inHeader(tokens)).build();
     * }</pre>
     *
     * <p>A {@link PickRequest} that names a session of its own goes by that. The handshake of a WebSocket goes by its token; that of
     * its answer only a store of cookies gets to see.
     */
    public BalancedHttpClientBuilder sessions(HttpSessions sessions) {
        this.sessions = requireNonNull(sessions, "sessions");
        return this;
    }

    /**
     * Puts something around each client that carries requests, such as one that measures. There may be several of them;
     * a client that is already decorated when it is given cannot be copied, and so can carry neither HTTPS nor cookies.
     *
     * @param decoration called once for each client
     */
    public BalancedHttpClientBuilder decorate(UnaryOperator<HttpClient> decoration) {
        this.decoration = requireNonNull(decoration, "decoration");
        return this;
    }

    @Override
    public BalancedHttpClientBuilder cookieHandler(CookieHandler cookieHandler) {
        return set(client -> client.cookieHandler(cookieHandler));
    }

    @Override
    public BalancedHttpClientBuilder connectTimeout(Duration duration) {
        return set(client -> client.connectTimeout(duration));
    }

    @Override
    public BalancedHttpClientBuilder sslContext(SSLContext sslContext) {
        return set(client -> client.sslContext(sslContext));
    }

    @Override
    public BalancedHttpClientBuilder sslParameters(SSLParameters sslParameters) {
        return set(client -> client.sslParameters(sslParameters));
    }

    @Override
    public BalancedHttpClientBuilder executor(Executor executor) {
        return set(client -> client.executor(executor));
    }

    @Override
    public BalancedHttpClientBuilder followRedirects(Redirect policy) {
        return set(client -> client.followRedirects(policy));
    }

    @Override
    public BalancedHttpClientBuilder version(Version version) {
        return set(client -> client.version(version));
    }

    @Override
    public BalancedHttpClientBuilder priority(int priority) {
        return set(client -> client.priority(priority));
    }

    @Override
    public BalancedHttpClientBuilder proxy(ProxySelector proxySelector) {
        return set(client -> client.proxy(proxySelector));
    }

    @Override
    public BalancedHttpClientBuilder authenticator(Authenticator authenticator) {
        return set(client -> client.authenticator(authenticator));
    }

    /**
     * Sets the address that connections come from. Overrides what {@code HttpClient.Builder} has from Java 19 on.
     *
     * @throws UnsupportedOperationException before Java 19
     */
    public BalancedHttpClientBuilder localAddress(@Nullable InetAddress localAddress) {
        return set(client -> LocalAddress.set(client, localAddress));
    }

    private BalancedHttpClientBuilder set(Consumer<HttpClient.Builder> setting) {
        setting.accept(checked);
        settings.add(setting);
        return this;
    }

    /**
     * Builds the client. Logs a warning if the one that it wraps has no connect timeout.
     *
     * @throws IllegalArgumentException if the given client is not of the JDK's making and follows redirects, has cookies
     *     or an authenticator, see {@link #decorate}; or if it is balanced, and anything is set here of how it connects
     */
    @Override
    public BalancedHttpClient build() {
        if (given instanceof BalancedHttpClient balanced) {
            if (!settings.isEmpty() || decoration != null || sessions != null || tlsNames != DEFAULT_TLS_NAMES) {
                throw new IllegalArgumentException("client: is balanced, and connects as it was told when it was built"
                        + " (expected: none of the settings of connections, cookies and sessions)");
            }
            return around(balanced, balanced.carriers());
        }
        ClientSettings all = new ClientSettings(given, settings);
        HttpClient client =
                given != null && settings.isEmpty() ? given : all.newBuilder().build();
        if (client.connectTimeout().isEmpty()) {
            log.warn("the wrapped client has no connect timeout: an instance whose machine is gone holds calls up until"
                    + " the operating system gives in (recommended: one or two seconds)");
        }
        Carriers carriers = new Carriers(client, all, decoration, tlsNames, sessions);
        return around(carriers.wrapped(), carriers);
    }

    private BalancedHttpClient around(HttpClient client, Carriers carriers) {
        return new BalancedHttpClient(
                client,
                new Balancing(
                        carriers,
                        router,
                        new RequestRewriting(strippedHeaders, forwardedHost),
                        pickRequests,
                        null,
                        new Redirects(client.followRedirects()),
                        foreignRedirects,
                        repetition,
                        callTimeout,
                        Ticker.system()));
    }
}
