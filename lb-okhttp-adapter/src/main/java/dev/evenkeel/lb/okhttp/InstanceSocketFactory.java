package dev.evenkeel.lb.okhttp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import javax.net.SocketFactory;

/**
 * Makes sockets that dial the port of one instance where the port of the URL was asked for. Everything else, such as what
 * a redirect leads to, is dialled as it is. The sockets themselves come from the user's factory.
 */
final class InstanceSocketFactory extends SocketFactory {

    private final String urlHost;
    private final int instancePort;
    private final InstanceDns dns;
    private final SocketFactory sockets;
    private final String tlsName;

    InstanceSocketFactory(String urlHost, int instancePort, InstanceDns dns, SocketFactory sockets, String tlsName) {
        this.urlHost = urlHost;
        this.instancePort = instancePort;
        this.dns = dns;
        this.sockets = sockets;
        this.tlsName = tlsName;
    }

    SocketFactory sockets() {
        return sockets;
    }

    /** What TLS asks for, where OkHttp says that it is for this host. */
    String tlsName(String host) {
        return host.equals(urlHost) ? tlsName : host;
    }

    /** The only one that OkHttp calls; it connects the socket itself. */
    @Override
    public Socket createSocket() throws IOException {
        return new InstanceSocket(sockets.createSocket(), this);
    }

    /** Where to connect to when asked for an address. */
    SocketAddress dialled(SocketAddress asked) throws UnknownHostException {
        if (!(asked instanceof InetSocketAddress address) || address.isUnresolved()) {
            return asked;
        }
        if (InstanceDns.isAddress(urlHost)) { // of such hosts OkHttp asks no Dns
            return address.getAddress().equals(InetAddress.getByName(urlHost))
                    ? new InetSocketAddress(dns.instanceAddresses().get(0), instancePort)
                    : asked;
        }
        return address.getHostString().equals(urlHost)
                ? new InetSocketAddress(address.getAddress(), instancePort)
                : asked;
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

    @Override
    public String toString() {
        return "sockets of " + dns;
    }
}
