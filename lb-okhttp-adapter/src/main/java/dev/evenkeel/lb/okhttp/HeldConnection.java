package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.net.Socket;
import okhttp3.Connection;
import okhttp3.Protocol;

/**
 * The connection that a call holds. OkHttp keeps it to the end of the call, and uses it for every further request to the
 * same host and port, whatever settings come with that. Redirects are meant to stay on it; but where an interceptor of the
 * user's tries again, and another instance is picked, the request would still go to the first one.
 */
final class HeldConnection {

    private final Connection connection;
    private final ServiceInstance instance;

    HeldConnection(Connection connection, ServiceInstance instance) {
        this.connection = connection;
        this.instance = instance;
    }

    ServiceInstance instance() {
        return instance;
    }

    /** Whether OkHttp would use it for a request to this host. */
    boolean isFor(String host) {
        return connection.route().address().url().host().equals(host);
    }

    boolean leadsTo(ServiceInstance other) {
        return instance.id().equals(other.id()) && instance.hasSameAddressAs(other);
    }

    /** Whether other calls may use it, too, so that it must not be closed. */
    boolean isShared() {
        Protocol protocol = connection.protocol();
        return protocol != Protocol.HTTP_1_1 && protocol != Protocol.HTTP_1_0;
    }

    /**
     * Makes OkHttp look for another one, by making this one unfit for further calls; those that share it go on.
     *
     * @return whether that can be done: not if the user's TLS sockets took the place of ours
     */
    boolean leave() throws IOException {
        Socket socket = connection.socket();
        if (!isShared()) {
            socket.close();
            return true;
        }
        InstanceSocket shared = socket instanceof InstanceSocket clear
                ? clear
                : connection.route().address().sslSocketFactory() instanceof SniSocketFactory tls
                        ? tls.under(socket)
                        : null;
        if (shared != null) {
            shared.retire();
        }
        return shared != null;
    }
}
