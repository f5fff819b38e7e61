package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sets failures against calls, ten times in the time of a window, but only while calls fail: it begins with a failure and ends
 * when a window has passed without any. Belongs to the control plane, but for {@link #shouldBegin} and
 * {@link #doesNotBegin}.
 */
final class FailureWatch {

    private final OutlierConfig config;
    private final Scheduler scheduler;
    private final SerialExecutor control;
    private final Supplier<Node[]> members;
    private final Consumer<List<FailureRates.Rated>> onReading;

    /** Whether it has begun, or is about to. */
    private final AtomicBoolean begun = new AtomicBoolean();

    private final Map<Node, CallWindow> windows = new HashMap<>();
    private @Nullable Cancellable timer;

    /**
     * Watches nobody yet.
     *
     * @param onReading told of all members with each reading, in the control plane
     */
    FailureWatch(
            OutlierConfig config,
            Scheduler scheduler,
            SerialExecutor control,
            Supplier<Node[]> members,
            Consumer<List<FailureRates.Rated>> onReading) {
        this.config = config;
        this.scheduler = scheduler;
        this.control = control;
        this.members = members;
        this.onReading = onReading;
    }

    /** Whether the caller, who has seen a call fail, has to see to it that it begins. On any thread. */
    boolean shouldBegin() {
        return !begun.get() && begun.compareAndSet(false, true);
    }

    /** Whoever should have seen to it could not: the next failure tries again. */
    void doesNotBegin() {
        begun.set(false);
    }

    /** The failure that has made it begin is before the first reading, so that it does not count for more than it is. */
    void begin() {
        for (Node node : members.get()) {
            windows.put(node, new CallWindow(node));
        }
        scheduleReading();
    }

    /** The share of its calls that have failed since calls began to, within a window; NaN if none are known. */
    double failureShare(Node node) {
        CallWindow window = windows.get(node);
        return window == null ? Double.NaN : window.failureShareNow();
    }

    /** Whether any call at all has succeeded since calls began to fail, within a window. */
    boolean hasSuccess() {
        return windows.values().stream().anyMatch(CallWindow::hasSuccessNow);
    }

    /** What was before does not count any more. */
    void forget(Node node) {
        windows.remove(node);
    }

    /** Ends; the next failure makes it begin again. */
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        windows.clear();
        begun.set(false);
    }

    private void read() {
        if (timer == null) {
            return; // ended while the reading was on its way
        }
        timer = null;
        List<FailureRates.Rated> rated = new ArrayList<>();
        boolean anyFailed = false;
        for (Node node : members.get()) {
            CallWindow window = windows.get(node);
            if (window == null) { // it is new here, or was forgotten
                windows.put(node, new CallWindow(node));
                continue;
            }
            window.read();
            anyFailed |= window.failures() > 0;
            rated.add(new FailureRates.Rated(node, window.failures(), window.calls()));
        }
        onReading.accept(rated);
        if (anyFailed) {
            scheduleReading();
        } else {
            end();
        }
    }

    private void scheduleReading() {
        Duration step = config.window().dividedBy(CallWindow.STEPS);
        try {
            timer = scheduler.schedule(() -> control.execute(this::read), step);
        } catch (RuntimeException rejected) { // then the next failure tries again
            end();
        }
    }
}
