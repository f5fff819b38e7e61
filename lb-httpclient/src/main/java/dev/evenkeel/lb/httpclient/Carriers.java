package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.time.Ticker;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The clients that carry balanced requests to instances. That is the wrapped one where it can be. But a client names one
 * server in all its TLS handshakes, and tells cookies and credentials apart by the address; and it must not follow
 * redirects, as it knows no services. So there is another one like it for each origin where that matters, made when it is
 * first needed. Safe for concurrent use.
 */
final class Carriers {

    /** More than that are needed only if a router takes whatever host for a service: they are forgotten, and made anew. */
    private static final int MAX_BY_ORIGIN = 256;

    private final HttpClient client;
    private final ClientSettings settings;
    private final @Nullable UnaryOperator<HttpClient> decoration;

    /** The name to verify for a host; null if that is the host of the instance. */
    private final @Nullable UnaryOperator<String> tlsNames;

    private final @Nullable HttpSessions sessions;

    private final Carrier wrapped;

    /** What carries all requests whose origin does not matter; null if it always does. */
    private final @Nullable Carrier shared;

    private final Map<Origin, Carrier> byOrigin = new ConcurrentHashMap<>();

    /** What carries copies; null before the first one, and if this does. */
    private final AtomicReference<@Nullable Carriers> copying = new AtomicReference<>();

    /** Written before the clients are ended, and read after one is added: so that none escapes. */
    private volatile boolean ended;

    /**
     * One client.
     *
     * @param bare without decoration, which may know neither of WebSockets nor how to end a client
     */
    record Carrier(HttpClient client, HttpClient bare) {}

    /**
     * Carriers like this client.
     *
     * @param client undecorated
     * @param settings to make another one like it
     * @throws IllegalArgumentException if it cannot carry requests, nor can another one be made like it
     */
    Carriers(
            HttpClient client,
            ClientSettings settings,
            @Nullable UnaryOperator<HttpClient> decoration,
            @Nullable UnaryOperator<String> tlsNames,
            @Nullable HttpSessions sessions) {
        this.client = client;
        this.settings = settings;
        this.decoration = decoration;
        this.tlsNames = tlsNames;
        this.sessions = sessions;
        boolean byAddress =
                client.cookieHandler().isPresent() || client.authenticator().isPresent();
        boolean follows = follows(client.followRedirects());
        if ((byAddress || follows) && !canBeCopied()) {
            throw new IllegalArgumentException("client: " + client.getClass().getName()
                    + " with redirects, cookies or an authenticator (expected: "
                    + "the client of the JDK, and what is put around it given to Builder.decorate)");
        }
        this.wrapped = decorated(client);
        this.shared = byAddress ? null : follows ? decorated(made(settings.newBuilder())) : wrapped;
    }

    /** Carriers for a client as it is. */
    static Carriers of(HttpClient client) {
        return new Carriers(client, new ClientSettings(client, List.of()), null, UnaryOperator.identity(), null);
    }

    /** What carries copies for mirrors, which have nothing to do with the cookies and the authenticator of the client. */
    Carriers copying() {
        if (client.cookieHandler().isEmpty() && client.authenticator().isEmpty()) {
            return this;
        }
        Carriers known = copying.get();
        if (known != null) {
            return known;
        }
        HttpClient like = ClientSettings.forgetful(client);
        Carriers made = new Carriers(like, new ClientSettings(like, List.of()), decoration, tlsNames, null);
        boolean first = copying.compareAndSet(null, made);
        if (!first || ended) {
            made.shutdown();
        }
        return first ? made : requireNonNull(copying.get());
    }

    private static boolean follows(@Nullable Redirect policy) { // null from a client that a test made up
        return policy == Redirect.NORMAL || policy == Redirect.ALWAYS;
    }

    /** A client that is not of the JDK's making does more than its settings show. */
    private boolean canBeCopied() {
        return decoration != null || client.getClass().getModule() == HttpClient.class.getModule();
    }

    /** The wrapped client, for what is not balanced. */
    HttpClient wrapped() {
        return wrapped.client();
    }

    /** The wrapped client without decoration, which may know nothing of WebSockets. */
    HttpClient bare() {
        return wrapped.bare();
    }

    /** The session of a request to a service; null if there are none. */
    @Nullable LegSession session(LoadBalancer balancer, HttpRequest request) {
        return sessions == null
                ? null
                : LegSession.of(sessions, client.cookieHandler().orElse(null), balancer, request);
    }

    /** The id of the instance of a service that a request has the token of a session with. */
    Optional<String> sessionInstance(String serviceName, HttpRequest request) {
        return sessions == null
                ? Optional.empty()
                : sessions.instanceId(
                        serviceName,
                        LegSession.values(sessions, client.cookieHandler().orElse(null), request));
    }

    /** The client that carries requests for this URL. */
    Carrier carrier(URI logical) throws IOException {
        return shared != null && !isVerifiedByName(logical) ? shared : byOrigin(Origin.of(logical));
    }

    /** Whether it takes TLS to get there, and the certificate must be for the service. */
    private boolean isVerifiedByName(URI logical) {
        return tlsNames != null && Origin.isSecure(logical);
    }

    /** The URL with the path to ask an instance for, if that is another one; cookies and credentials go by its own. */
    URI routed(URI logical, Optional<String> path) {
        if (path.isEmpty()) {
            return CallersPath.without(logical);
        }
        return shared == null ? CallersPath.kept(logical, path.get()) : RequestRewriting.withPath(logical, path.get());
    }

    /**
     * The URL at an instance. If a name is verified, it is one with an address, which may have to be looked up: the client
     * would take the name of a host for the one to verify.
     */
    URI target(URI logical, ServiceInstance instance) throws UnknownHostException {
        String authority = looksUp(logical, instance) ? Authority.resolved(instance) : instance.hostPort();
        return Authority.replaced(logical, authority);
    }

    /** Whether {@link #target} has to look up a name first, and may block. */
    boolean looksUp(URI logical, ServiceInstance instance) {
        return isVerifiedByName(logical) && !Authority.isAddress(instance.host());
    }

    /**
     * What {@link #target} gives, looked up on another thread if need be.
     *
     * @param carrier whose threads may be used
     */
    CompletableFuture<URI> targetAsync(URI logical, ServiceInstance instance, Carrier carrier) {
        if (!looksUp(logical, instance)) {
            return CompletableFuture.completedFuture(Authority.replaced(logical, instance.hostPort()));
        }
        Executor executor = carrier.bare().executor().orElseGet(ForkJoinPool::commonPool);
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return target(logical, instance);
                    } catch (UnknownHostException unknown) {
                        throw new CompletionException(unknown);
                    }
                },
                executor);
    }

    private Carrier byOrigin(Origin origin) throws IOException {
        Carrier known = byOrigin.get(origin);
        if (known != null) {
            return known;
        }
        if (!canBeCopied()) {
            throw new IOException(origin.scheme() + "://" + origin.authority() + ": not through a "
                    + client.getClass().getName()
                    + " (expected: the client of the JDK, and what is put around it given to Builder.decorate)");
        }
        if (byOrigin.size() >= MAX_BY_ORIGIN) {
            byOrigin.clear();
        }
        Carrier made = decorated(made(builder(origin)));
        Carrier first = byOrigin.putIfAbsent(origin, made);
        if (first != null || ended) {
            ClientLifecycle.shutdown(made.bare());
        }
        return first == null ? made : first;
    }

    private HttpClient.Builder builder(Origin origin) {
        HttpClient.Builder builder = settings.newBuilder();
        client.cookieHandler()
                .map(cookies -> new LogicalCookies(SessionCookies.of(cookies, sessions), origin))
                .ifPresent(builder::cookieHandler);
        client.authenticator()
                .ifPresent(authenticator -> builder.authenticator(new LogicalAuthenticator(authenticator, origin)));
        if (tlsNames != null && origin.isSecure()) {
            String name = Origin.host(tlsNames.apply(origin.host()));
            builder.sslContext(new NamedSslContext(client.sslContext(), name));
            if (!Authority.isAddress(name)) {
                // From those of the client: with new ones, it would not offer HTTP/2.
                SSLParameters parameters = client.sslParameters();
                parameters.setServerNames(List.of(new SNIHostName(name)));
                builder.sslParameters(parameters);
            }
        }
        return builder;
    }

    private static HttpClient made(HttpClient.Builder builder) {
        return builder.followRedirects(Redirect.NEVER).build();
    }

    private Carrier decorated(HttpClient bare) {
        return new Carrier(decoration == null ? bare : decoration.apply(bare), bare);
    }

    /** All there are; the wrapped client is one of them even if it carries nothing. */
    private List<HttpClient> all() {
        Stream<Carrier> carriers = Stream.concat(Stream.ofNullable(shared), byOrigin.values().stream());
        Stream<HttpClient> own = Stream.concat(Stream.of(client), carriers.map(Carrier::bare));
        Stream<HttpClient> ofCopies = Stream.ofNullable(copying.get()).flatMap(others -> others.all().stream());
        return Stream.concat(own, ofCopies).distinct().toList();
    }

    void shutdown() {
        end();
        all().forEach(ClientLifecycle::shutdown);
    }

    void shutdownNow() {
        end();
        all().forEach(ClientLifecycle::shutdownNow);
    }

    /** What is made from now on is ended at once. */
    private void end() {
        ended = true;
        Carriers others = copying.get();
        if (others != null) {
            others.end();
        }
    }

    /** First all of them take no more requests, then each is waited for. */
    void close() {
        shutdown();
        all().forEach(ClientLifecycle::close);
    }

    boolean isTerminated() {
        return all().stream().allMatch(ClientLifecycle::isTerminated);
    }

    boolean awaitTermination(Duration duration, Ticker ticker) throws InterruptedException {
        long begun = ticker.nanos();
        for (HttpClient one : all()) {
            Duration left = duration.minusNanos(ticker.nanos() - begun);
            if (!ClientLifecycle.awaitTermination(one, left)) {
                return false;
            }
        }
        return true;
    }
}
