package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import okhttp3.ConnectionPool;

/**
 * The connections of one client, and of those derived from it, to all instances of all services. A balancer is met at its
 * first call, as only a router knows which there are.
 */
final class ClientPools {

    private final Map<LoadBalancer, ServicePools> services = new ConcurrentHashMap<>();
    private final int idlePerInstance;
    private final Duration keepAlive;
    private final TlsNames tlsNames;

    ClientPools(int idlePerInstance, Duration keepAlive, TlsNames tlsNames) {
        this.idlePerInstance = idlePerInstance;
        this.keepAlive = keepAlive;
        this.tlsNames = tlsNames;
    }

    private InstancePool newPool() {
        return new InstancePool(
                new ConnectionPool(idlePerInstance, keepAlive.toMillis(), TimeUnit.MILLISECONDS), tlsNames);
    }

    TlsNames tlsNames() {
        return tlsNames;
    }

    InstancePool of(LoadBalancer balancer, ServiceInstance instance) {
        ServicePools pools = services.get(balancer);
        return (pools == null ? meet(balancer) : pools).of(instance);
    }

    /** The caller has a lease, so that what it is for cannot leave before the listener is there. */
    private ServicePools meet(LoadBalancer balancer) {
        ServicePools fresh = new ServicePools(this::newPool);
        ServicePools present = services.putIfAbsent(balancer, fresh);
        if (present != null) {
            return present;
        }
        balancer.addListener(new Keeper(balancer, this));
        return fresh;
    }

    private void forget(LoadBalancer balancer) {
        ServicePools pools = services.remove(balancer);
        if (pools != null) {
            pools.close();
        }
    }

    /**
     * Closes what is idle when instances leave. Must not keep the client alive, as balancers outlive clients: it goes away
     * by itself at the first event after the client has gone.
     */
    private static final class Keeper implements LoadBalancerListener {

        private final LoadBalancer balancer;
        private final WeakReference<ClientPools> client;

        Keeper(LoadBalancer balancer, ClientPools client) {
            this.balancer = balancer;
            this.client = new WeakReference<>(client);
        }

        @Override
        public void joined(String serviceName, ServiceInstance instance) {
            tell((pools, joined) -> {}, instance);
        }

        @Override
        public void draining(String serviceName, ServiceInstance instance) {
            tell(ServicePools::draining, instance);
        }

        @Override
        public void left(String serviceName, ServiceInstance instance) {
            tell(ServicePools::left, instance);
        }

        @Override
        public void closed(String serviceName) {
            ClientPools pools = client.get();
            if (pools != null) {
                pools.forget(balancer);
            }
        }

        private void tell(BiConsumer<ServicePools, ServiceInstance> event, ServiceInstance instance) {
            ClientPools pools = client.get();
            if (pools == null) {
                balancer.removeListener(this);
                return;
            }
            ServicePools service = pools.services.get(balancer);
            if (service != null) {
                event.accept(service, instance);
            }
        }
    }
}
