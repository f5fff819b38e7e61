package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Router;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
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
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

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
 * redirects and the wait for an instance included: up to Java 25 it ends with the head of the response. The builder's
 * {@link BalancedHttpClientBuilder#callTimeout callTimeout} covers the body.
 *
 * <p><b>Threads and lifetime.</b> Safe for concurrent use, as the wrapped client. {@link #close}, {@link #shutdown} and
 * {@link #shutdownNow} do to the wrapped client, and those like it, what they say, and never anything to a balancer. On
 * Java 17, where a client cannot be closed, they do nothing.
 *
 * <p><b>TLS</b> goes end to end. The certificate has to be for the host of the URL, {@code orders}, or what
 * {@link BalancedHttpClientBuilder#tlsName tlsName} makes of it, and that is what the handshake asks for; one for the address of
 * the instance does not do. HTTP/2 and client certificates work as with the wrapped client.
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
 * again. The builder's {@link BalancedHttpClientBuilder#retries retries}, {@link BalancedHttpClientBuilder#hedging hedging} and
 * {@link BalancedHttpClientBuilder#replay replay} say more. By itself the client of the JDK sends a GET or HEAD once more to the
 * same instance when the connection is lost; that counts as an attempt that was paid for.
 */
public final class BalancedHttpClient extends HttpClient implements AutoCloseable {

    private final HttpClient client;
    private final Balancing balancing;

    BalancedHttpClient(HttpClient client, Balancing balancing) {
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
    public static BalancedHttpClientBuilder builder(HttpClient client, LoadBalancer first, LoadBalancer... more) {
        return builder(client, router(first, more));
    }

    /** Starts a client with options that goes by a router. */
    public static BalancedHttpClientBuilder builder(HttpClient client, Router router) {
        return new BalancedHttpClientBuilder(requireNonNull(client, "client"), requireNonNull(router, "router"));
    }

    /**
     * Starts a client in front of these services that wraps none that there is: as {@link HttpClient#newBuilder()}.
     *
     * @throws IllegalArgumentException if two balancers are for one service
     */
    public static BalancedHttpClientBuilder builder(LoadBalancer first, LoadBalancer... more) {
        return builder(router(first, more));
    }

    /** Starts a client that goes by a router and wraps none that there is: as {@link HttpClient#newBuilder()}. */
    public static BalancedHttpClientBuilder builder(Router router) {
        return new BalancedHttpClientBuilder(null, requireNonNull(router, "router"));
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
        if (Thread.interrupted()) { // as any client: it does not even begin
            throw new InterruptedException();
        }
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
            if (leg.isBalanced()) {
                MirrorCopy.begin(leg);
                return begin(leg, responseBodyHandler, pushPromiseHandler);
            }
        } catch (IOException | RuntimeException notEvenBegun) { // by the router, or a function of the user's
            return CompletableFuture.failedFuture(notEvenBegun);
        }
        return client.sendAsync(request, responseBodyHandler, pushPromiseHandler);
    }

    private <T> CompletableFuture<HttpResponse<T>> begin(
            Leg leg, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushHandler) throws IOException {
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
        HttpClient others =
                client instanceof BalancedHttpClient ? client : carriers().bare();
        return new BalancedWebSocketBuilder(others, balancing);
    }

    // The next five override methods that HttpClient has from Java 21 on. This class is compiled for 17, so that the
    // compiler cannot be asked to check that: a test does.

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
}
