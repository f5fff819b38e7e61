package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.time.Scheduler;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Calls that came before the first list. They go on in their order when it arrives, or fail when they have waited long
 * enough. State belongs to the control plane.
 */
final class FirstListWaiters {

    private final SerialExecutor control;
    private final Scheduler scheduler;
    private final Duration timeout;
    private final Consumer<PendingLease> goOn;
    private final Set<PendingLease> waiting = new LinkedHashSet<>();

    /** Those whose wait is over, for better or worse, are handed on. */
    FirstListWaiters(SerialExecutor control, Scheduler scheduler, Duration timeout, Consumer<PendingLease> goOn) {
        this.control = control;
        this.scheduler = scheduler;
        this.timeout = timeout;
        this.goOn = goOn;
    }

    /** Lets a call wait, unless the wait turns out to be over. */
    void await(PendingLease call, BooleanSupplier isOver) {
        control.execute(() -> {
            if (isOver.getAsBoolean()) {
                goOn.accept(call);
            } else {
                begin(call);
            }
        });
        call.onOver(() -> control.execute(() -> forget(call)));
    }

    /** The wait is over: everybody goes on now, in order. */
    void release() {
        control.assertInContext();
        List<PendingLease> released = List.copyOf(waiting);
        released.forEach(this::forget);
        released.forEach(goOn);
    }

    private void begin(PendingLease call) {
        if (call.isOver()) {
            return; // given up before it began
        }
        waiting.add(call);
        try {
            call.timer(scheduler.schedule(() -> control.execute(() -> timeUp(call)), timeout));
        } catch (RuntimeException rejected) { // without a time-out it must not wait
            timeUp(call);
        }
    }

    private void timeUp(PendingLease call) {
        if (waiting.remove(call)) {
            goOn.accept(call); // fails with the exception that says why
        }
    }

    private void forget(PendingLease call) {
        waiting.remove(call);
        call.cancelTimer();
    }
}
