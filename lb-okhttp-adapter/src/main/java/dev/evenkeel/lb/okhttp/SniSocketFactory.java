package dev.evenkeel.lb.okhttp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Names the service in the TLS handshake also where its name has a single label, such as {@code orders}, or ends with a dot:
 * the JDK takes only names with a dot inside for host names, and sends no server name otherwise. Connections that are not
 * balanced are left alone.
 *
 * <p>One for each client, since OkHttp compares these factories before it uses a connection again.
 */
final class SniSocketFactory extends SSLSocketFactory {

    private final SSLSocketFactory sockets;

    /** What runs over TLS, by the socket that does TLS: neither of them tells. Sockets are equal to themselves only. */
    private final Map<Socket, InstanceSocket> balanced = Collections.synchronizedMap(new WeakHashMap<>());

    private SniSocketFactory(SSLSocketFactory sockets) {
        this.sockets = sockets;
    }

    /** Makes a client that is being built, from this one, name the services; unless it does, or speaks no TLS. */
    static void install(OkHttpClient client, OkHttpClient.Builder into) {
        if (client.connectionSpecs().stream().noneMatch(ConnectionSpec::isTls)
                || client.x509TrustManager() == null
                || client.sslSocketFactory() instanceof SniSocketFactory) {
            return;
        }
        into.sslSocketFactory(new SniSocketFactory(client.sslSocketFactory()), client.x509TrustManager());
    }

    @Override
    public Socket createSocket(Socket under, String host, int port, boolean autoClose) throws IOException {
        if (!(under instanceof InstanceSocket instance)) {
            return sockets.createSocket(under, host, port, autoClose);
        }
        String asked = instance.tlsName(host);
        Socket socket = sockets.createSocket(under, asked, port, autoClose);
        balanced.put(socket, instance);
        SNIServerName name = serverName(asked);
        if (socket instanceof SSLSocket tls && name != null) {
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setServerNames(List.of(name));
            tls.setSSLParameters(parameters);
        }
        return socket;
    }

    /** The socket below one of those made here, if it goes to an instance. */
    @Nullable InstanceSocket under(Socket tls) {
        return balanced.get(tls);
    }

    /** Null for what is no name, or one that the JDK sends of itself: with a dot in it, and none at its end. */
    private static @Nullable SNIServerName serverName(String host) {
        boolean absolute = host.endsWith(".");
        if (host.indexOf('.') >= 0 && !absolute) {
            return null;
        }
        try {
            return new SNIHostName(absolute ? host.substring(0, host.length() - 1) : host);
        } catch (IllegalArgumentException noName) {
            return null;
        }
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return sockets.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return sockets.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket() throws IOException {
        return sockets.createSocket();
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
