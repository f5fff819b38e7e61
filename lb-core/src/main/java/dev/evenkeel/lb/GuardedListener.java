package dev.evenkeel.lb;

import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.text.Printable;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A wall around one listener: events in order, one at a time, on the executor, and what it throws stays a log line. While
 * the executor takes nothing, events wait; each new one tries again.
 */
final class GuardedListener {

    static final int MAX_PENDING = 10_000;

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final LoadBalancerListener listener;
    private final Executor executor;
    private final Queue<Consumer<LoadBalancerListener>> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    /** Whether a delivery is under way or on its way. */
    private final AtomicBoolean delivering = new AtomicBoolean();

    private final AtomicLong dropped = new AtomicLong();

    /** Whether it has been said, since the last delivery, that the executor takes nothing. */
    private volatile boolean saidToWait;

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
        if (pending.get() < MAX_PENDING) {
            enqueue(event);
        } else if (dropped.getAndIncrement() == 0) {
            log.warn("{}: a listener is {} events behind, further ones are dropped", serviceName, MAX_PENDING);
        }
        startDelivery();
    }

    /** The same for the last event, which is heard however many wait, and even if the executor takes nothing any more. */
    void tellLast(Consumer<LoadBalancerListener> event) {
        enqueue(event);
        if (!startDelivery() && delivering.compareAndSet(false, true)) {
            deliver();
        }
    }

    private void enqueue(Consumer<LoadBalancerListener> event) {
        pending.incrementAndGet();
        events.add(event);
    }

    /** Whether a delivery will come to the events that are there now. */
    private boolean startDelivery() {
        if (!delivering.compareAndSet(false, true)) {
            return true;
        }
        try {
            executor.execute(this::deliver);
            return true;
        } catch (Throwable rejected) {
            delivering.set(false);
            if (!saidToWait) {
                saidToWait = true;
                log.warn("{}: a listener has to wait, the executor threw {}", serviceName, Printable.of(rejected));
            }
            return false;
        }
    }

    private void deliver() {
        saidToWait = false;
        try {
            for (Consumer<LoadBalancerListener> event = events.poll(); event != null; event = events.poll()) {
                pending.decrementAndGet();
                deliver(event);
            }
        } finally {
            delivering.set(false);
        }
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            log.warn("{}: a listener has caught up, it missed {} events", serviceName, lost);
        }
        if (!events.isEmpty()) { // told between the last look and the end of the delivery
            startDelivery();
        }
    }

    private void deliver(Consumer<LoadBalancerListener> event) {
        try {
            event.accept(listener);
        } catch (Throwable thrown) {
            log.warn("{}: a listener threw {}", serviceName, Printable.of(thrown));
            log.debug("{}: what the listener threw", serviceName, thrown);
        }
    }
}
