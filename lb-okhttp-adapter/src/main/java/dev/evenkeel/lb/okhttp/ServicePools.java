package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The connections of one client to the instances of one service. */
final class ServicePools {

    private final Map<Key, InstancePool> pools = new ConcurrentHashMap<>();
    private final Supplier<InstancePool> newPool;

    /** The balancer has been closed; calls that it let in before may still come. */
    private volatile boolean closed;

    ServicePools(Supplier<InstancePool> newPool) {
        this.newPool = newPool;
    }

    InstancePool of(ServiceInstance instance) {
        Key key = Key.of(instance);
        InstancePool pool = pools.get(key);
        if (pool == null) {
            pool = pools.computeIfAbsent(key, absent -> newPool.get());
            if (closed) {
                pool.retire();
            }
        }
        return pool;
    }

    /** The instance gets no new calls for now; it may come back. */
    void draining(ServiceInstance instance) {
        InstancePool pool = pools.get(Key.of(instance));
        if (pool != null) {
            pool.closeIdle();
        }
    }

    void left(ServiceInstance instance) {
        InstancePool pool = pools.remove(Key.of(instance));
        if (pool != null) {
            pool.retire();
        }
    }

    void close() {
        closed = true;
        pools.values().forEach(InstancePool::retire);
    }

    /** What makes an instance another one; its weight, for instance, does not. */
    private record Key(String id, String host, int port) {

        static Key of(ServiceInstance instance) {
            return new Key(instance.id(), instance.host(), instance.port());
        }
    }
}
