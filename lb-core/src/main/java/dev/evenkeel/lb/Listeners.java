package dev.evenkeel.lb;

import dev.evenkeel.lb.observe.LoadBalancerListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The listeners of one balancer, each behind a wall of its own. Events are kept back until the pool that they speak of has
 * been published, so that a listener which looks at the balancer sees what it has been told.
 */
final class Listeners {

    private final String serviceName;
    private final Executor executor;
    private final List<GuardedListener> listeners = new CopyOnWriteArrayList<>();

    /** Belongs to the control plane. */
    private final List<Consumer<LoadBalancerListener>> keptBack = new ArrayList<>();

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

    /** Keeps an event until the pool has been published. */
    void tell(Consumer<LoadBalancerListener> event) {
        keptBack.add(event);
    }

    /** The pool has been published: the events go out. */
    void flush() {
        for (Consumer<LoadBalancerListener> event : keptBack) {
            for (GuardedListener listener : listeners) {
                listener.tell(event);
            }
        }
        keptBack.clear();
    }

    /** Sends out the last event. */
    void tellLast(Consumer<LoadBalancerListener> event) {
        flush();
        for (GuardedListener listener : listeners) {
            listener.tellLast(event);
        }
    }
}
