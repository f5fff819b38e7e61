package dev.evenkeel.lb.discovery;

import dev.evenkeel.lb.instance.ServiceInstance;

/** The membership of one instance in a registry. Safe for concurrent use. */
public interface Registration extends AutoCloseable {

    /**
     * Gives a sign of life: the time to live starts again. An instance that had been taken out for lack of one is back.
     * After {@link #close}, or when another registration has taken over the id, nothing happens.
     */
    void heartbeat();

    /** Deregisters the instance, unless another registration has taken over its id. */
    @Override
    void close();

    /** What was registered. */
    ServiceInstance instance();
}
