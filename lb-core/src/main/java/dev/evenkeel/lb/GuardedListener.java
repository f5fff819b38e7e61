package dev.evenkeel.lb;

import dev.evenkeel.lb.observe.LoadBalancerListener;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A wall around one listener: events in order, one at a time, on the executor, and what it throws stays a log line. */
final class GuardedListener {

    static final int MAX_PENDING = 10_000;

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final LoadBalancerListener listener;
    private final Executor executor;
    private final Queue<Consumer<LoadBalancerListener>> events = new ConcurrentLinkedQueue<>();

    /** Events told and not yet heard; whoever raises it from zero starts the delivery. */
    private final AtomicInteger pending = new AtomicInteger();

    private final AtomicLong dropped = new AtomicLong();

    GuardedListener(String serviceName, LoadBalancerListener listener, Executor executor) {
        this.serviceName = serviceName;
        this.listener = listener;
        this.executor = executor;
    }

    boolean isFor(LoadBalancerListener other) {
        return listener == other;
    }

    /** Called serially by the control plane. */
    void tell(Consumer<LoadBalancerListener> event) {
        if (pending.get() >= MAX_PENDING) {
            if (dropped.getAndIncrement() == 0) {
                log.warn("{}: a listener is {} events behind, further ones are dropped", serviceName, MAX_PENDING);
            }
            return;
        }
        events.add(event);
        if (pending.getAndIncrement() == 0) {
            try {
                executor.execute(this::deliver);
            } catch (RejectedExecutionException shutDown) {
                deliver(); // an event is not lost because an executor that was handed in has been shut down
            }
        }
    }

    private void deliver() {
        do {
            Consumer<LoadBalancerListener> event = events.poll();
            if (event != null) { // always, as every increment follows an add
                deliver(event);
            }
        } while (pending.decrementAndGet() != 0);
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            log.warn("{}: a listener has caught up, it missed {} events", serviceName, lost);
        }
    }

    private void deliver(Consumer<LoadBalancerListener> event) {
        try {
            event.accept(listener);
        } catch (Throwable thrown) {
            log.warn("{}: a listener threw", serviceName, thrown);
        }
    }
}
