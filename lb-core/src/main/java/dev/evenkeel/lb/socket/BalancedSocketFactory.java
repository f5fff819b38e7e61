package dev.evenkeel.lb.socket;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.text.DurationRange;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes sockets that connect to instances of a service, for clients of databases, caches and everything else that takes a
 * {@link SocketFactory}: layer 4, where a connection goes to one instance and stays there.
 *
 * <pre>{@code
 * SocketFactory sockets = BalancedSocketFactory.to(orders);
 * try (Socket socket = sockets.createSocket("orders", 8080)) {
 *     socket.getOutputStream().write(question);
 *     answer = socket.getInputStream().readAllBytes();
 * }
 * }</pre>
 *
 * <p><b>The address</b> that a caller connects to is logical: it is not looked at, and no name in it is looked up. All sockets
 * go to the service of the balancer, to the port of the instance that was picked. A client that looks names up itself does so
 * before; and one that means a certain member of a cluster must not be given this factory.
 *
 * <p><b>In flight</b> is what is open: from the pick, when a socket begins to connect, until it is closed or has failed. So
 * {@link dev.evenkeel.lb.strategy.Strategies#leastInFlight()} is Least Connections, and the strategy for connections that stay.
 *
 * <p><b>Connecting</b> takes the time of {@link Socket#connect(java.net.SocketAddress, int)}, or of
 * {@link Builder#connectTimeout} if it is given none or 0, for everything together: the wait for a first list of instances, and
 * attempts at one instance after the other, as a {@link dev.evenkeel.lb.call.BalancedCall} makes them. An attempt has an
 * equal part of the time that is left, but at least 2 s, or half of it where that is less; the last one has all. What the caller
 * gets is the failure of the last attempt, from which {@link dev.evenkeel.lb.call.AttemptHistory} reads the others; a
 * {@link java.net.ConnectException} if there is no instance, or all are at their limit. A socket that could not be connected is
 * closed. Options that are set before, and the address that it is bound to, hold in each attempt.
 *
 * <p><b>What is learned</b> of an instance: its latency is the time to connect; a connection that is closed, by either side, is
 * a success; one that is reset, or fails otherwise while it is read or written, has failed, once. A read that takes longer than
 * {@link Socket#setSoTimeout} says nothing. What the bytes mean nobody knows here: a server that accepts connections and says in
 * its own protocol that it is not well needs a {@linkplain dev.evenkeel.lb.LoadBalancerBuilder#healthCheck health check}.
 *
 * <p><b>TLS</b> is layered over such a socket: {@link SSLSocketFactory#createSocket(Socket, String, int, boolean)} with the
 * name of the service goes from end to end, and is checked against that name where the client asks for it, as HTTPS does.
 *
 * <p>The sockets cost a thin wrapper around those of the JDK. They have no channel; {@link #openChannel} has. Factories are
 * immutable, and safe for concurrent use; the balancer belongs to whoever built it.
 */
public final class BalancedSocketFactory extends SocketFactory {

    /** How long it may take to connect, unless it is said otherwise. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private static final DurationRange TIMEOUTS = new DurationRange(Duration.ofMillis(1), Duration.ofDays(1));

    private final LoadBalancer balancer;
    private final PickRequest pickRequest;
    private final SocketFactory sockets;
    private final Duration connectTimeout;
    private final RetryPolicy retries;

    private BalancedSocketFactory(Builder builder, PickRequest pickRequest) {
        this.balancer = builder.balancer;
        this.pickRequest = pickRequest;
        this.sockets = builder.sockets;
        this.connectTimeout = builder.connectTimeout;
        this.retries = builder.retries;
    }

    /** Sockets to a service, with defaults for everything else. */
    public static BalancedSocketFactory to(LoadBalancer balancer) {
        return builder(balancer).build();
    }

    public static Builder builder(LoadBalancer balancer) {
        return new Builder(requireNonNull(balancer, "balancer"));
    }

    /** The same, saying this of every pick: a sticky key, labels that the instance must carry, the one to take. Cheap. */
    public BalancedSocketFactory with(PickRequest request) {
        return new BalancedSocketFactory(new Builder(this), requireNonNull(request, "request"));
    }

    /**
     * The instance that a socket of such a factory is, or was, connected to; empty for other sockets, TLS over one of these
     * included, and before it is connected.
     */
    public static Optional<ServiceInstance> instance(Socket socket) {
        return requireNonNull(socket, "socket") instanceof BalancedSocket balanced
                ? balanced.instance()
                : Optional.empty();
    }

    /** A socket that picks an instance when it is connected. */
    @Override
    public Socket createSocket() throws IOException {
        return new BalancedSocket(this);
    }

    /** A socket that is connected to an instance, whatever the host and the port. */
    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(InetSocketAddress.createUnresolved(host, port), null);
    }

    /** A socket that is connected to an instance, whatever the host and the port, from this local address. */
    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(InetSocketAddress.createUnresolved(host, port), new InetSocketAddress(localHost, localPort));
    }

    /** A socket that is connected to an instance, whatever the host and the port. */
    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(requireNonNull(host, "host"), port), null);
    }

    /** A socket that is connected to an instance, whatever the address and the port, from this local address. */
    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return connected(
                new InetSocketAddress(requireNonNull(address, "address"), port),
                new InetSocketAddress(localAddress, localPort));
    }

    /**
     * A channel that is connected to an instance: what {@link #createSocket(String, int)} is for NIO. Blocks while it connects,
     * and takes no sockets of {@link Builder#sockets}.
     */
    public BalancedChannel openChannel() throws IOException {
        return new BalancedChannel(connecting(
                        0,
                        SocketChannel::open,
                        (channel, address, millis) -> channel.socket().connect(address, millis))
                .run());
    }

    private Socket connected(InetSocketAddress logical, @Nullable InetSocketAddress local) throws IOException {
        Socket socket = createSocket();
        try {
            if (local != null) {
                socket.bind(local);
            }
            socket.connect(logical);
        } finally {
            if (!socket.isConnected()) {
                socket.close();
            }
        }
        return socket;
    }

    /**
     * A socket that has its file descriptor already: of one that is closed by one thread while another one connects it, JDK 17
     * would otherwise leave the connection open.
     */
    Socket newSocket() throws IOException {
        Socket socket = sockets.createSocket();
        boolean unused = socket.getReuseAddress(); // or anything else that asks the system
        return socket;
    }

    <C extends Closeable> Connecting<C> connecting(
            int timeoutMillis, Connecting.Opening<C> opening, Connecting.Dialling<C> dialling) {
        Duration timeout = timeoutMillis == 0 ? connectTimeout : Duration.ofMillis(timeoutMillis);
        return new Connecting<>(balancer, pickRequest, retries, timeout, opening, dialling);
    }

    @Override
    public String toString() {
        return "sockets to " + balancer.serviceName();
    }

    /** Builds factories; not safe for concurrent use. Every setter refuses a bad value at once. */
    public static final class Builder {

        private final LoadBalancer balancer;
        private SocketFactory sockets = SocketFactory.getDefault();
        private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
        private RetryPolicy retries = RetryPolicy.defaults();

        private Builder(LoadBalancer balancer) {
            this.balancer = balancer;
        }

        private Builder(BalancedSocketFactory factory) {
            this.balancer = factory.balancer;
            this.sockets = factory.sockets;
            this.connectTimeout = factory.connectTimeout;
            this.retries = factory.retries;
        }

        /**
         * Sets who makes the sockets that connect, such as those that use a proxy. Only its
         * {@link SocketFactory#createSocket()} is called, once for each attempt. Default those of the JDK.
         *
         * @throws IllegalArgumentException if it makes sockets that speak TLS: they would verify the address of the instance.
         *     TLS goes over balanced sockets
         */
        public Builder sockets(SocketFactory factory) {
            if (requireNonNull(factory, "factory") instanceof SSLSocketFactory) {
                throw new IllegalArgumentException(
                        "factory: an SSLSocketFactory (expected: one of plain sockets, and TLS over the balanced ones)");
            }
            this.sockets = factory;
            return this;
        }

        /**
         * Sets how long it may take to connect, all attempts together, where the caller gives no time, or 0; from 1 ms to
         * 1 day. Default 10 s. There is no way to wait for ever, as nobody would ever get to the second instance.
         */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = TIMEOUTS.check("connectTimeout", timeout);
            return this;
        }

        /**
         * Sets how many instances are tried for a connection, and for how long at most. Default {@link RetryPolicy#defaults()}:
         * five, all paid for from the {@linkplain dev.evenkeel.lb.admission.Purse purse} but the first.
         */
        public Builder retries(RetryPolicy policy) {
            this.retries = requireNonNull(policy, "policy");
            return this;
        }

        public BalancedSocketFactory build() {
            return new BalancedSocketFactory(this, PickRequest.EMPTY);
        }
    }
}
