package dev.evenkeel.lb;

import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Who has said that it leaves, but stays for a time, for the sessions that it has. Belongs to the control plane. */
final class Lingering {

    private final Duration time;
    private final Scheduler scheduler;
    private final Consumer<Node> whenOver;
    private final Map<Node, Cancellable> timers = new HashMap<>();

    /**
     * Nobody does yet.
     *
     * @param whenOver told by the scheduler whose time is up
     */
    Lingering(Duration time, Scheduler scheduler, Consumer<Node> whenOver) {
        this.time = time;
        this.scheduler = scheduler;
        this.whenOver = whenOver;
    }

    /** Begins its time. Returns false if it has none. */
    boolean begin(Node node) {
        if (time.isZero()) {
            return false;
        }
        try {
            timers.put(node, scheduler.schedule(() -> whenOver.accept(node), time));
            return true;
        } catch (RuntimeException rejected) { // then nobody would tell when it is over
            return false;
        }
    }

    boolean contains(Node node) {
        return timers.containsKey(node);
    }

    /** Ends its time. Returns false if that was over. */
    boolean end(Node node) {
        Cancellable timer = timers.remove(node);
        if (timer != null) {
            timer.cancel();
        }
        return timer != null;
    }

    void close() {
        timers.values().forEach(Cancellable::cancel);
        timers.clear();
    }
}
