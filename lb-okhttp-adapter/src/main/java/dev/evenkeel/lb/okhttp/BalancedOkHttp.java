package dev.evenkeel.lb.okhttp;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.session.HttpSessions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Balances the calls of an {@link OkHttpClient}, which stays one: whatever takes such a client works with it.
 *
 * <pre>{@code
 * OkHttpClient http = BalancedOkHttp.wrap(new OkHttpClient(), orders);
 * try (Response response = http.newCall(new Request.Builder().url("http://orders/v1/42").build()).execute()) {
 *     System.out.println(response.body().string());
 * }
 * }</pre>
 *
 * <p><b>What is balanced.</b> Requests whose host is the name of a service, whatever the port in their URL; WebSockets, too.
 * All others go out as they are. Clients derived by {@code newBuilder()} are balanced as well.
 *
 * <p><b>What stays.</b> The URL: the {@code Host} header, cookies, cache entries, redirects, authenticators and the name
 * that TLS verifies are those of the service, not of the instance. For {@code https} the server name of the handshake is
 * that of the service, too; {@link Builder#tlsName} changes both. All settings of the wrapped client apply, but for three in balanced calls: they do not go
 * through a proxy, their connections are kept in a pool for each instance (see {@link Builder#idleConnections}), and OkHttp
 * repeats nothing by itself, since it would repeat even a POST that has been executed.
 *
 * <p><b>Retries.</b> A call that fails is made again at another instance, if that is safe: the method is idempotent, or the
 * request never reached an instance, or was refused unread, as HTTP/2 lets it. See {@link RetryPolicy}; {@link Builder#retries}
 * and {@link Builder#replay} change it. A kept connection that turns out to be closed is no failure: the request goes to the
 * same instance over a new one, if it may be sent twice, unless {@code retryOnConnectionFailure} is off.
 *
 * <p><b>Hedging</b> and attempt time-outs, off by default, end attempts whose call goes on. OkHttp ends calls only: each attempt
 * is then a call, and to an {@code EventListener} it looks like one, beside that of the caller. The first is made on the thread
 * of the call, others on that or on one of the dispatcher's executor, whatever the limits of the dispatcher. Event streams,
 * WebSockets and duplex requests have neither.
 *
 * <p><b>Interceptors</b> of the wrapped client are outside: they see a call once, whatever attempts it has. When one of them
 * tries again, an instance is picked again. Over HTTP/2 it is the same one if possible, as the call already has a connection to
 * it; one that the {@link PickRequest} avoids is left. Those that are added to the balanced client are inside: they see each
 * attempt, and stay on its instance whatever they do.
 *
 * <p><b>In flight.</b> A call counts from the pick until its body has ended or has been closed, it has failed or it is
 * cancelled; a WebSocket until it is closed. A response that is neither read nor closed stays in flight.
 *
 * <p><b>Redirects</b> within a service are OkHttp's and stay on the instance. Those that lead to another service, by host
 * or by what the router says, are balanced and counted there; they go without the headers {@code Authorization} and
 * {@code Cookie}, but for what the cookie jar says, and without the {@code PickRequest} of the call. Those to another view of the
 * service are balanced as well, and go with all of that. Those to other hosts are OkHttp's.
 *
 * <p><b>Copies</b> for a {@link dev.evenkeel.lb.routing.Mirror} are calls of their own, on threads of the dispatcher's executor,
 * whatever its limits. Network interceptors see them, event listeners and interceptors do not.
 *
 * <p><b>Errors.</b> No instance, or all at their limit: a {@link java.net.ConnectException} whose cause says why, unless the
 * response is in the cache. A closed balancer: an {@link java.io.IOException}. Others are OkHttp's, of the last attempt, with
 * the instance named; {@link dev.evenkeel.lb.call.AttemptHistory} reads the attempts from it.
 *
 * <p><b>To set on the wrapped client:</b>
 *
 * <ul>
 *   <li>{@code Dispatcher.setMaxRequestsPerHost}, if calls are enqueued: it is 5 by default, and counts by the host of the
 *       URL, so that it limits the whole service and not each instance.
 *   <li>{@code connectTimeout}, 10 s by default: 1 to 2 s find out faster that an instance is down.
 * </ul>
 *
 * <p><b>Closing.</b> The client belongs to whoever made it, the balancers to whoever made those. Idle connections to an
 * instance are closed when it leaves, and all when the balancer is closed.
 *
 * <p>Needs OkHttp 5.4 or later. All methods may be called from any thread.
 */
public final class BalancedOkHttp {

    private static final Logger log = LoggerFactory.getLogger(BalancedOkHttp.class);

    static final TlsNames TLS_NAMES_OF_URLS = (urlHost, instance) -> urlHost;

    private static final int DEFAULT_MAX_REQUESTS_PER_HOST = 5;

    private static final int DEFAULT_IDLE_PER_INSTANCE = 5;
    private static final Duration DEFAULT_KEEP_ALIVE = Duration.ofMinutes(5);

    private BalancedOkHttp() {}

    /**
     * A client like the given one that balances the calls to some services, by the host of their URL.
     *
     * @throws IllegalArgumentException if two balancers are for one service
     */
    public static OkHttpClient wrap(OkHttpClient client, LoadBalancer first, LoadBalancer... more) {
        return builder(client, first, more).build();
    }

    /**
     * A client like the given one that balances the calls to some services, by the host of their URL.
     *
     * @param balancers at least one
     * @throws IllegalArgumentException if there is none, or two are for one service
     */
    public static OkHttpClient wrap(OkHttpClient client, Collection<LoadBalancer> balancers) {
        return new Builder(client, Router.of(balancers), names(balancers)).build();
    }

    /** A client like the given one that balances what the router says. */
    public static OkHttpClient wrap(OkHttpClient client, Router router) {
        return builder(client, router).build();
    }

    /** A builder for what {@link #wrap(OkHttpClient, LoadBalancer, LoadBalancer...)} does, with options. */
    public static Builder builder(OkHttpClient client, LoadBalancer first, LoadBalancer... more) {
        List<LoadBalancer> balancers = new ArrayList<>(more.length + 1);
        balancers.add(first);
        balancers.addAll(List.of(more));
        return new Builder(client, Router.of(balancers), names(balancers));
    }

    /** A builder for what {@link #wrap(OkHttpClient, Router)} does, with options. */
    public static Builder builder(OkHttpClient client, Router router) {
        requireNonNull(router, "router");
        return new Builder(client, router, router.toString());
    }

    /**
     * The instance that sent a response; empty if the call was not balanced, if the response came from the cache alone, or
     * if a redirect led elsewhere.
     */
    public static Optional<ServiceInstance> instance(Response response) {
        Request request = response.request();
        Pick pick = request.tag(Pick.class);
        boolean sentIt = pick != null
                && response.networkResponse() != null
                && pick.host().equals(request.url().host());
        return sentIt ? Optional.of(pick.instance()) : Optional.empty();
    }

    private static String names(Collection<LoadBalancer> balancers) {
        return balancers.stream().map(LoadBalancer::serviceName).collect(Collectors.joining(", "));
    }

    /** Options of a balanced client. Not safe for concurrent use. */
    public static final class Builder {

        private final OkHttpClient client;
        private final Router router;
        private final String names;
        private Function<? super Request, PickRequest> pickRequest = request -> PickRequest.EMPTY;
        private final List<String> strippedHeaders = new ArrayList<>();
        private @Nullable HttpSessions sessions;
        private RetryPolicy retries = RetryPolicy.defaults();
        private HedgePolicy hedging = HedgePolicy.off();
        private Function<? super Request, Replay> replay = Resilience::usual;
        private int bufferedBytes;
        private TlsNames tlsNames = TLS_NAMES_OF_URLS;
        private int idlePerInstance = DEFAULT_IDLE_PER_INSTANCE;
        private Duration keepAlive = DEFAULT_KEEP_ALIVE;

        private Builder(OkHttpClient client, Router router, String names) {
            this.client = requireNonNull(client, "client");
            this.router = router;
            this.names = names;
        }

        /**
         * Says of each balanced request what matters for its pick, also where a library builds the requests. A request
         * that carries a tag of its own, {@code tag(PickRequest.class, ...)}, is not asked about. Default
         * {@link PickRequest#EMPTY}: any instance will do.
         *
         * <pre>{@code
         * OkHttpClient http = BalancedOkHttp.builder(client, orders)
         *         .pickRequest(request -> {
         *             String user = request.header("X-User");
         *             return user == null ? PickRequest.EMPTY : PickRequest.stickyTo(user);
         *         })
         *         .stripHeaders("X-User")
         *         .build();
         * }</pre>
         *
         * @param pickRequest called on the thread of the call, by many at once; what it throws fails the call before
         *     anything is picked
         */
        public Builder pickRequest(Function<? super Request, PickRequest> pickRequest) {
            this.pickRequest = requireNonNull(pickRequest, "pickRequest");
            return this;
        }

        /** Takes these headers out of balanced requests: those that were only meant for {@link #pickRequest}. */
        public Builder stripHeaders(String... names) {
            for (String name : names) {
                if (name.isBlank()) {
                    throw new IllegalArgumentException("names: blank (expected: the name of a header)");
                }
                strippedHeaders.add(name);
            }
            return this;
        }

        /**
         * Sets how often a call is made again that failed, after what pauses, and what time an attempt has. The time of the
         * whole call is OkHttp's own {@code callTimeout}: an attempt that cannot come to its end in it is not begun. Default
         * {@link RetryPolicy#defaults()}.
         *
         * <p>An {@link RetryPolicy#attemptTimeout attemptTimeout} is for the head of the response, and for the body if that is
         * {@linkplain #bufferResponses buffered}, which may take longer otherwise.
         */
        public Builder retries(RetryPolicy policy) {
            this.retries = requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets after what time a call that has no answer yet is made at a second instance as well. Default
         * {@link HedgePolicy#off()}.
         */
        public Builder hedging(HedgePolicy policy) {
            this.hedging = requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Says of each balanced request when it may be sent once more. Default what {@link Replay#ofMethod} says of its method,
         * and of WebSockets that they are not opened again once that was asked for. A body that can be sent only once is not
         * sent again, whatever this says.
         *
         * @param function called on the thread of the call, by many at once; what it throws fails the call
         */
        public Builder replay(Function<? super Request, Replay> function) {
            this.replay = requireNonNull(function, "function");
            return this;
        }

        /**
         * Reads the bodies of responses before callers get them, so that one that breaks off, or comes too slowly for the
         * {@link RetryPolicy#attemptTimeout attemptTimeout}, is a failed attempt, and the call is made again as after any other
         * failure. Only of calls that may always be replayed ({@link Replay#ALWAYS}): others would fail all the same. Default
         * off: who reads a body has a part of it already when it breaks off.
         *
         * <p>A longer body goes to the caller when that is known, with what has been read at its front; it is he who finds it
         * broken. Nothing is read ahead of event streams ({@code text/event-stream}, {@code multipart/x-mixed-replace}),
         * WebSockets, what comes from the cache, and an answer that is {@linkplain RetryPolicy.Builder#onStatus better got
         * elsewhere}. Anything else that goes on and on comes late, when there is enough of it: say of such a request that it is
         * to be replayed {@link Replay#UNSENT only if it was not sent}.
         *
         * @param maxBytes of a body, once it is unzipped; at least 1. So much memory a call may take
         * @throws IllegalArgumentException if it is less
         */
        public Builder bufferResponses(int maxBytes) {
            if (maxBytes < 1) {
                throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 1)");
            }
            this.bufferedBytes = maxBytes;
            return this;
        }

        /**
         * Sets the name that TLS asks for and verifies, by the host of the URL. Default the host itself: for
         * {@code https://orders} the certificate has to be for {@code orders}. A {@code CertificatePinner} goes by the host of
         * the URL nevertheless.
         *
         * @param nameOfHost called once for each host and instance, more or less
         */
        public Builder tlsName(UnaryOperator<String> nameOfHost) {
            requireNonNull(nameOfHost, "nameOfHost");
            this.tlsNames = (urlHost, instance) -> requireNonNull(nameOfHost.apply(urlHost), "name");
            return this;
        }

        /** Has TLS verify the host of the instance instead, be it a name or an address, and not that of the service. */
        public Builder tlsNameOfInstance() {
            this.tlsNames = (urlHost, instance) -> instance.host();
            return this;
        }

        /**
         * How many connections to each instance are kept when no call uses them, and for how long. OkHttp looks for those
         * that are too many or too old when it makes a connection, and again after that time. Default 5, and 5 min, as in
         * OkHttp; there, however, for all hosts together. The pool of the wrapped client is for calls that are not balanced.
         *
         * @param perInstance at least 1
         * @param keepAlive at least 1 ms
         * @throws IllegalArgumentException if either is less
         */
        public Builder idleConnections(int perInstance, Duration keepAlive) {
            if (perInstance < 1) {
                throw new IllegalArgumentException("perInstance: " + perInstance + " (expected: >= 1)");
            }
            if (keepAlive.toMillis() < 1) {
                throw new IllegalArgumentException("keepAlive: " + keepAlive + " (expected: >= 1 ms)");
            }
            this.idlePerInstance = perInstance;
            this.keepAlive = keepAlive;
            return this;
        }

        /**
         * Keeps callers at instances by tokens, which requests bring and responses have: a request without one begins a session,
         * and its response has the token; one with a token goes to the instance of the session while that may be used. Instances
         * do not see tokens. A client with a cookie jar keeps those in cookies by itself. Default none.
         *
         * <pre>{@code
         * BalancedOkHttp.builder(client, orders).sessions(HttpSessions.inHeader(tokens)).build();
         * }</pre>
         *
         * <p>A {@link PickRequest} that names a session of its own goes by that.
         */
        public Builder sessions(HttpSessions sessions) {
            this.sessions = requireNonNull(sessions, "sessions");
            return this;
        }

        /**
         * The balanced client.
         *
         * @throws IllegalStateException if OkHttp is older than 5.4
         */
        public OkHttpClient build() {
            checkVersion();
            warn();
            OkHttpClient.Builder balanced = client.newBuilder();
            Resilience resilience = new Resilience(retries, hedging, replay, new ReadAhead(bufferedBytes));
            Routing routing = new Routing(router, pickRequest, sessions);
            ClientPools pools = new ClientPools(idlePerInstance, keepAlive, tlsNames);
            List<String> stripped = List.copyOf(strippedHeaders);
            if (sessions != null) {
                balanced.networkInterceptors().add(0, new SessionVeil(sessions));
            }
            balanced.networkInterceptors().add(0, new FollowUpVeil(routing));
            SniSocketFactory.install(client, balanced);
            BalancingInterceptor balancing = new BalancingInterceptor(
                    routing,
                    new Mirroring(balanced.build(), pools, stripped),
                    stripped,
                    sessions,
                    resilience,
                    pools,
                    client.dispatcher().executorService());
            if (resilience.mayStopAttempts()) {
                balanced.interceptors().replaceAll(outside -> new OutsideInterceptor(outside, balancing));
            }
            return balanced.addInterceptor(balancing).build();
        }

        private void warn() {
            if (client.connectTimeoutMillis() == 0) {
                log.warn(
                        "{}: the client has no connect timeout, an instance that is gone may stop calls for minutes",
                        names);
            }
            if (client.dispatcher().getMaxRequestsPerHost() == DEFAULT_MAX_REQUESTS_PER_HOST) {
                log.info(
                        "{}: at most {} enqueued calls run at once for a whole service, see"
                                + " Dispatcher.setMaxRequestsPerHost",
                        names,
                        DEFAULT_MAX_REQUESTS_PER_HOST);
            }
        }

        private static void checkVersion() {
            try {
                Interceptor.Chain.class.getMethod("withConnectionPool", ConnectionPool.class);
            } catch (NoSuchMethodException old) {
                throw new IllegalStateException("OkHttp: too old (expected: 5.4 or later)", old);
            }
        }
    }
}
