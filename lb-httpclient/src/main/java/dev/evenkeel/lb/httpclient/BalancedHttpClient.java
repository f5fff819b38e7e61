package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.time.Ticker;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
 * An {@link HttpClient} that sends each request for a service to one of its instances, through a client that it wraps.
 *
 * <pre>{@code
 * LoadBalancer orders = LoadBalancer.builder("orders")
 *         .instances("10.0.0.1:8080", "10.0.0.2:8080")
 *         .build();
 * HttpClient http = BalancedHttpClient.wrap(HttpClient.newHttpClient(), orders);
 * http.send(HttpRequest.newBuilder(URI.create("http://orders/v1/42")).build(), BodyHandlers.ofString());
 * }</pre>
 *
 * <p><b>What is balanced.</b> Requests whose host is the name of a service, in any case and with any port. All others go
 * to the wrapped client as they are. Of a balanced request only host and port are replaced, those of the instance instead
 * of the service; so these, too, are what the instance sees as {@code Host}. The response shows the request and the URL
 * of the caller, and {@link #instance} tells who answered. A call is in flight from the pick until its body has been read,
 * closed, or has failed.
 *
 * <p><b>Errors</b> are those of any client. No instance, or all at their limit: a {@link java.net.ConnectException} whose
 * cause says why. Balancer or client closed: an {@link IOException}. {@code sendAsync} never throws these, its future
 * fails with them. A call waits for the first list of instances, if that has not arrived yet, as long as the balancer is
 * told to.
 *
 * <p><b>Timeouts.</b> Give the wrapped client a connect timeout, one or two seconds; without one, an instance whose machine
 * is gone holds a call up until the operating system gives in. {@code HttpRequest.timeout} is honoured as by any client,
 * redirects included: up to Java 25 it ends with the head of the response. {@link Builder#callTimeout} covers the body.
 *
 * <p><b>Threads and lifetime.</b> Safe for concurrent use, as the wrapped client. {@link #close}, {@link #shutdown} and
 * {@link #shutdownNow} do to the wrapped client, and those like it, what they say, and never anything to a balancer. On
 * Java 17, where a client cannot be closed, they do nothing.
 *
 * <p><b>TLS</b> goes end to end. The certificate has to be for the host of the URL, {@code orders}, or what
 * {@link Builder#tlsName} makes of it, and that is what the handshake asks for; one for the address of the instance does
 * not do. HTTP/2 and client certificates work as with the wrapped client.
 *
 * <p><b>Redirects, cookies, credentials.</b> The settings of the wrapped client apply, but to the service: a redirect may
 * lead to another instance, or to another service, where it goes without credentials; a cookie that one instance sets is
 * sent to all; an authenticator is asked for the credentials of the service. Redirects from elsewhere to a service are not
 * balanced.
 *
 * <p><b>Several clients.</b> A client of the JDK is bound to one server name in TLS, and tells cookies apart by the address.
 * So for each service that is called over HTTPS, or with cookies or an authenticator, there is another client like the
 * wrapped one, made at the first call, with connections and one thread of its own; and one for the rest if redirects are
 * followed. What a client does not show of itself is lost: the priority of streams and the local address. To keep these,
 * make the settings on a {@link #builder(LoadBalancer, LoadBalancer...) builder} without a client.
 *
 * <p><b>Retries.</b> A call that an instance fails is made at another one, if that may help and harms nobody, see
 * {@link dev.evenkeel.lb.call.BalancedCall}: what never reached the instance, whatever it is, such as over a connection of
 * HTTP/2 that has no room for another stream; what failed, if its method is idempotent. A body is sent again if it is one of
 * {@code BodyPublishers.ofString}, {@code ofByteArray} and {@code ofFile}; any other one may be there only once, and the call is
 * made again only if nobody has begun to read it. A body that does not arrive whole is fetched again if the handler's
 * subscriber is that of {@code BodyHandlers.ofString}, {@code ofByteArray} or {@code discarding}: then the handler is asked
 * again. {@link Builder#retries}, {@link Builder#hedging} and {@link Builder#replay} say more. By itself the client of the JDK
 * sends a GET or HEAD once more to the same instance when the connection is lost; that counts as an attempt that was paid for.
 */
public final class BalancedHttpClient extends HttpClient implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BalancedHttpClient.class);

    private final HttpClient client;
    private final Balancing balancing;

    private BalancedHttpClient(HttpClient client, Balancing balancing) {
        this.client = client;
        this.balancing = balancing;
    }

    /**
     * Balances what goes to these services through that client.
     *
     * @throws IllegalArgumentException if two balancers are for one service
     */
    public static BalancedHttpClient wrap(HttpClient client, LoadBalancer first, LoadBalancer... more) {
        return builder(client, first, more).build();
    }

    /**
     * Balances what goes to these services through that client.
     *
     * @param balancers at least one
     * @throws IllegalArgumentException if there is none, or two are for one service
     */
    public static BalancedHttpClient wrap(HttpClient client, Collection<LoadBalancer> balancers) {
        return wrap(client, Router.of(balancers));
    }

    /** Balances what the router says through that client. */
    public static BalancedHttpClient wrap(HttpClient client, Router router) {
        return builder(client, router).build();
    }

    /**
     * Starts a client with options in front of these services.
     *
     * @throws IllegalArgumentException if two balancers are for one service
     */
    public static Builder builder(HttpClient client, LoadBalancer first, LoadBalancer... more) {
        return builder(client, router(first, more));
    }

    /** Starts a client with options that goes by a router. */
    public static Builder builder(HttpClient client, Router router) {
        return new Builder(requireNonNull(client, "client"), requireNonNull(router, "router"));
    }

    /**
     * Starts a client in front of these services that wraps none that there is: as {@link HttpClient#newBuilder()}.
     *
     * @throws IllegalArgumentException if two balancers are for one service
     */
    public static Builder builder(LoadBalancer first, LoadBalancer... more) {
        return builder(router(first, more));
    }

    /** Starts a client that goes by a router and wraps none that there is: as {@link HttpClient#newBuilder()}. */
    public static Builder builder(Router router) {
        return new Builder(null, requireNonNull(router, "router"));
    }

    private static Router router(LoadBalancer first, LoadBalancer... more) {
        List<LoadBalancer> balancers = new ArrayList<>(more.length + 1);
        balancers.add(requireNonNull(first, "first"));
        balancers.addAll(Arrays.asList(more));
        return Router.of(balancers);
    }

    /** The instance that a response came from; empty if it is not the response to a balanced request. */
    public static Optional<ServiceInstance> instance(HttpResponse<?> response) {
        requireNonNull(response, "response");
        return response instanceof LogicalResponse<?> logical ? Optional.of(logical.instance()) : Optional.empty();
    }

    /**
     * A view of this client whose requests all say this of their pick, whatever the builder's {@code pickRequest} would
     * say. It costs next to nothing, so that it can be made for a single call:
     * {@code http.with(PickRequest.stickyTo(user)).send(...)}.
     */
    public BalancedHttpClient with(PickRequest request) {
        requireNonNull(request, "request");
        return new BalancedHttpClient(client, balancing.with(request));
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> responseBodyHandler)
            throws IOException, InterruptedException {
        requireNonNull(request, "request");
        requireNonNull(responseBodyHandler, "responseBodyHandler");
        Leg leg = Leg.first(balancing, request);
        if (!leg.isBalanced()) {
            return client.send(request, responseBodyHandler);
        }
        MirrorCopy.begin(leg);
        return balancing.callTimeout() != null || balancing.repetition().isOnOtherThreads()
                ? BlockingCall.await(begin(leg, responseBodyHandler, null))
                : new BlockingCall<>(client, responseBodyHandler).send(leg);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> responseBodyHandler) {
        return sendAsync(request, responseBodyHandler, null);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request,
            BodyHandler<T> responseBodyHandler,
            @Nullable PushPromiseHandler<T> pushPromiseHandler) {
        requireNonNull(request, "request");
        requireNonNull(responseBodyHandler, "responseBodyHandler");
        Leg leg;
        try {
            leg = Leg.first(balancing, request);
        } catch (IOException | RuntimeException thrownByRouter) {
            return CompletableFuture.failedFuture(thrownByRouter);
        }
        if (!leg.isBalanced()) {
            return client.sendAsync(request, responseBodyHandler, pushPromiseHandler);
        }
        MirrorCopy.begin(leg);
        return begin(leg, responseBodyHandler, pushPromiseHandler);
    }

    private <T> CompletableFuture<HttpResponse<T>> begin(
            Leg leg, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushHandler) {
        return new AsyncCall<>(client, handler, pushHandler, leg.deadline()).begin(leg);
    }

    /** The clients that carry the requests. */
    Carriers carriers() {
        return balancing.carriers();
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }

    /**
     * A builder whose WebSockets to services are balanced: {@code ws://orders/events}. Each is in flight from the pick until
     * it is closed by both sides or aborted, or has failed.
     */
    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        return new BalancedWebSocketBuilder(client, balancing);
    }

    // The next five override methods that HttpClient has from Java 21 on. This class is compiled for 17, so the
    // compiler
    // cannot be asked to check that: a test does.

    /** Takes no further requests; those in flight go on. Does nothing on Java 17. */
    public void shutdown() {
        balancing.carriers().shutdown();
    }

    /** Takes no further requests, and ends those in flight. Does nothing on Java 17. */
    public void shutdownNow() {
        balancing.carriers().shutdownNow();
    }

    /** Whether it has been shut down and no request is in flight any more. Always false on Java 17. */
    public boolean isTerminated() {
        return balancing.carriers().isTerminated();
    }

    /**
     * Waits until it {@linkplain #isTerminated is terminated}, at most for that long.
     *
     * @return whether it is; on Java 17 always true, at once
     */
    public boolean awaitTermination(Duration duration) throws InterruptedException {
        return balancing.carriers().awaitTermination(requireNonNull(duration, "duration"), balancing.ticker());
    }

    /** Takes no further requests, and waits for the end of those in flight. Does nothing on Java 17. */
    @Override
    public void close() {
        balancing.carriers().close();
    }

    @Override
    public String toString() {
        return "balanced " + client + ", " + balancing.router();
    }

    /**
     * Builds a balanced client, out of one that there is or with settings of its own; not safe for concurrent use.
     *
     * <p>It is an {@link HttpClient.Builder}, for libraries that take one and call {@link #build} themselves. What they set
     * takes the place of what the given client has; that client then is only the model, and not used itself.
     */
    public static final class Builder implements HttpClient.Builder {

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

        private Builder(@Nullable HttpClient given, Router router) {
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
        public Builder pickRequest(Function<? super HttpRequest, PickRequest> function) {
            this.pickRequests = requireNonNull(function, "function");
            return this;
        }

        /** Removes these headers, in any case, from balanced requests before they leave. May be called repeatedly. */
        public Builder stripHeaders(String... names) {
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
        public Builder tlsName(UnaryOperator<String> nameOfHost) {
            this.tlsNames = requireNonNull(nameOfHost, "nameOfHost");
            return this;
        }

        /** Has TLS verify the host of the instance instead, be it a name or an address, and not that of the service. */
        public Builder tlsNameOfInstance() {
            this.tlsNames = null;
            return this;
        }

        /**
         * Whether redirects of balanced requests are followed that lead to anything but the same service; there they go
         * without credentials. Default true. It changes nothing where {@link #followRedirects} says that none are followed.
         */
        public Builder foreignRedirects(boolean followed) {
            this.foreignRedirects = followed;
            return this;
        }

        /**
         * Whether balanced requests tell what the caller called the service, in {@code X-Forwarded-Host} and
         * {@code X-Forwarded-Proto}: the header {@code Host} is the address of the instance. Default false.
         */
        public Builder forwardedHost(boolean told) {
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
        public Builder callTimeout(Duration limit) {
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
        public Builder retries(RetryPolicy policy) {
            requireNonNull(policy, "policy");
            this.repetition = new Repetition(policy, repetition.hedging(), repetition.replays());
            return this;
        }

        /**
         * Sets after what time a balanced call that is not answered is made at a second instance as well. Default
         * {@link HedgePolicy#off()}.
         */
        public Builder hedging(HedgePolicy policy) {
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
        public Builder replay(Function<? super HttpRequest, Replay> function) {
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
         * <p>A {@link PickRequest} that names a session of its own goes by that. The handshake of a WebSocket goes by its token; that
         * of its answer only a store of cookies gets to see.
         */
        public Builder sessions(HttpSessions sessions) {
            this.sessions = requireNonNull(sessions, "sessions");
            return this;
        }

        /**
         * Puts something around each client that carries requests, such as one that measures. There may be several of them;
         * a client that is already decorated when it is given cannot be copied, and so can carry neither HTTPS nor cookies.
         *
         * @param decoration called once for each client
         */
        public Builder decorate(UnaryOperator<HttpClient> decoration) {
            this.decoration = requireNonNull(decoration, "decoration");
            return this;
        }

        @Override
        public Builder cookieHandler(CookieHandler cookieHandler) {
            return set(client -> client.cookieHandler(cookieHandler));
        }

        @Override
        public Builder connectTimeout(Duration duration) {
            return set(client -> client.connectTimeout(duration));
        }

        @Override
        public Builder sslContext(SSLContext sslContext) {
            return set(client -> client.sslContext(sslContext));
        }

        @Override
        public Builder sslParameters(SSLParameters sslParameters) {
            return set(client -> client.sslParameters(sslParameters));
        }

        @Override
        public Builder executor(Executor executor) {
            return set(client -> client.executor(executor));
        }

        @Override
        public Builder followRedirects(Redirect policy) {
            return set(client -> client.followRedirects(policy));
        }

        @Override
        public Builder version(Version version) {
            return set(client -> client.version(version));
        }

        @Override
        public Builder priority(int priority) {
            return set(client -> client.priority(priority));
        }

        @Override
        public Builder proxy(ProxySelector proxySelector) {
            return set(client -> client.proxy(proxySelector));
        }

        @Override
        public Builder authenticator(Authenticator authenticator) {
            return set(client -> client.authenticator(authenticator));
        }

        /**
         * Sets the address that connections come from. Overrides what {@code HttpClient.Builder} has from Java 19 on.
         *
         * @throws UnsupportedOperationException before Java 19
         */
        public Builder localAddress(@Nullable InetAddress localAddress) {
            return set(client -> LocalAddress.set(client, localAddress));
        }

        private Builder set(Consumer<HttpClient.Builder> setting) {
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
                    throw new IllegalArgumentException(
                            "client: is balanced, and connects as it was told when it was built"
                                    + " (expected: none of the settings of connections, cookies and sessions)");
                }
                return around(balanced, balanced.carriers());
            }
            ClientSettings all = new ClientSettings(given, settings);
            HttpClient client = given != null && settings.isEmpty()
                    ? given
                    : all.newBuilder().build();
            if (client.connectTimeout().isEmpty()) {
                log.warn(
                        "the wrapped client has no connect timeout: an instance whose machine is gone holds calls up until"
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
}
