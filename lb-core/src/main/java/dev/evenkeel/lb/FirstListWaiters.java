package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls that came before the first list. They are served in their order when it arrives, or fail when they have waited
 * long enough. State belongs to the control plane; futures are completed on the executor, as what depends on them is
 * user code.
 */
final class FirstListWaiters {

    private final SerialExecutor control;
    private final Scheduler scheduler;
    private final Executor executor;
    private final Duration timeout;
    private final Function<PickRequest, Lease> acquire;
    private final Set<Waiter> waiting = new LinkedHashSet<>();

    FirstListWaiters(
            SerialExecutor control,
            Scheduler scheduler,
            Executor executor,
            Duration timeout,
            Function<PickRequest, Lease> acquire) {
        this.control = control;
        this.scheduler = scheduler;
        this.executor = executor;
        this.timeout = timeout;
        this.acquire = acquire;
    }

    /** Lets a call wait, unless the wait turns out to be over. */
    CompletableFuture<Lease> await(PickRequest request, Supplier<Boolean> isOver) {
        Waiter waiter = new Waiter(request);
        control.execute(() -> {
            if (isOver.get()) {
                serve(List.of(waiter));
            } else {
                waiter.begin();
            }
        });
        return waiter.future;
    }

    /** The wait is over, for better or worse: everybody tries now. */
    void release() {
        control.assertInContext();
        if (waiting.isEmpty()) {
            return;
        }
        List<Waiter> released = List.copyOf(waiting);
        waiting.clear();
        released.forEach(Waiter::stopTimer);
        serve(released);
    }

    private void serve(List<Waiter> served) {
        Runnable task = () -> served.forEach(Waiter::acquire);
        try {
            executor.execute(task);
        } catch (RejectedExecutionException shutDown) {
            task.run(); // a call is not left waiting because an executor that was handed in has been shut down
        }
    }

    private final class Waiter {

        private final PickRequest request;
        private final CompletableFuture<Lease> future = new CompletableFuture<>();
        private @Nullable Cancellable timer;

        Waiter(PickRequest request) {
            this.request = request;
        }

        private void begin() {
            waiting.add(this);
            timer = scheduler.schedule(() -> control.execute(this::timeUp), timeout);
        }

        private void timeUp() {
            if (waiting.remove(this)) {
                serve(List.of(this)); // fails with the exception that says why
            }
        }

        private void stopTimer() {
            if (timer != null) {
                timer.cancel();
            }
        }

        private void acquire() {
            if (future.isDone()) {
                return;
            }
            try {
                Lease lease = FirstListWaiters.this.acquire.apply(request);
                if (!future.complete(lease)) { // cancelled meanwhile
                    lease.end(Outcome.cancelled());
                }
            } catch (RuntimeException refused) {
                future.completeExceptionally(refused);
            }
        }
    }
}
