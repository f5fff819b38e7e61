package dev.evenkeel.lb.examples;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.socket.BalancedSocketFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Balanced sockets for the JDBC driver of PostgreSQL, which wants the name of a class in the URL, with an argument, and makes one
 * object of it for each connection. To copy.
 *
 * <pre>
 * PostgresSockets.balance(orders);
 * jdbc:postgresql://orders/shop?socketFactory=dev.evenkeel.lb.examples.PostgresSockets&amp;socketFactoryArg=orders
 * </pre>
 *
 * <p>To cancel a statement, the driver opens a second connection, which has to reach the server of the first one. So all sockets
 * of one object go to one instance.
 */
public final class PostgresSockets extends SocketFactory {

    private static final Map<String, BalancedSocketFactory> BY_SERVICE = new ConcurrentHashMap<>();

    private final BalancedSocketFactory sockets;
    private volatile @Nullable Socket first;

    /** For the driver. */
    public PostgresSockets(String serviceName) {
        this.sockets = requireNonNull(BY_SERVICE.get(serviceName), serviceName + ": not balanced");
    }

    /** Balances connections to databases that name the service of this balancer, from now on. */
    public static void balance(LoadBalancer balancer) {
        BY_SERVICE.put(balancer.serviceName(), BalancedSocketFactory.to(balancer));
    }

    /** The only one that the driver calls; it connects the socket itself. */
    @Override
    public Socket createSocket() throws IOException {
        Socket before = first;
        Optional<ServiceInstance> same = before == null ? Optional.empty() : BalancedSocketFactory.instance(before);
        if (same.isPresent()) {
            return sockets.with(PickRequest.builder().only(same.get().id()).build())
                    .createSocket();
        }
        Socket socket = sockets.createSocket();
        first = socket;
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return sockets.createSocket(host, port, localHost, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return sockets.createSocket(address, port, localAddress, localPort);
    }
}
