package dev.evenkeel.lb;

import dev.evenkeel.lb.observe.LoadBalancerListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The listeners of one balancer, each behind a wall of its own. */
final class Listeners {

    private final String serviceName;
    private final Executor executor;
    private final List<GuardedListener> listeners = new CopyOnWriteArrayList<>();

    Listeners(String serviceName, Executor executor) {
        this.serviceName = serviceName;
        this.executor = executor;
    }

    void add(LoadBalancerListener listener) {
        listeners.add(new GuardedListener(serviceName, listener, executor));
    }

    void remove(LoadBalancerListener listener) {
        listeners.removeIf(guarded -> guarded.isFor(listener));
    }

    /** Called serially by the control plane. */
    void tell(Consumer<LoadBalancerListener> event) {
        for (GuardedListener listener : listeners) {
            listener.tell(event);
        }
    }
}
