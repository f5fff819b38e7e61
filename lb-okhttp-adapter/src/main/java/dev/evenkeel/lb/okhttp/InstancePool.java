package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.instance.ServiceInstance;
import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one client to one instance. Each instance has a pool of its own: OkHttp's default pool keeps five
 * idle connections in all, so that twenty instances in turn would need a new one for each call.
 */
final class InstancePool {

    private final ConnectionPool connections;
    private final TlsNames tlsNames;

    /** The instance has left. Written before the idle connections are closed, read after one has become idle. */
    private volatile boolean retired;

    /** Most clients have one set of settings and call a service by one name, so that this one suits again. */
    private volatile @Nullable InstanceRoute newest;

    InstancePool(ConnectionPool connections, TlsNames tlsNames) {
        this.connections = connections;
        this.tlsNames = tlsNames;
    }

    /** The chain, going to the instance over connections of this pool. */
    Interceptor.Chain over(Interceptor.Chain chain, String urlHost, ServiceInstance instance) {
        InstanceRoute route = newest;
        if (route == null || !route.suits(urlHost, chain)) {
            route = InstanceRoute.of(urlHost, instance, tlsNames, chain);
            newest = route;
        }
        return route.over(chain).withConnectionPool(connections);
    }

    /** A call has given back its connection. */
    void released() {
        if (retired) {
            closeIdle();
        }
    }

    /** The instance is gone: from now on every connection is closed as soon as no call uses it. */
    void retire() {
        retired = true;
        closeIdle();
    }

    void closeIdle() {
        connections.evictAll();
    }
}
