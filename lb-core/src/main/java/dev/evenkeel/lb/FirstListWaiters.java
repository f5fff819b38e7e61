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
import java.util.function.BooleanSupplier;
import java.util.function.Function;
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
    CompletableFuture<Lease> await(PickRequest request, BooleanSupplier isOver) {
        Waiter waiter = new Waiter(request);
        control.execute(() -> {
            if (isOver.getAsBoolean()) {
                waiter.serve();
            } else {
                waiter.begin();
            }
        });
        var unused = waiter.future.whenComplete((lease, refused) -> {
            if (waiter.future.isCancelled()) {
                control.execute(waiter::forget);
            }
        });
        return waiter.future;
    }

    /** The wait is over, for better or worse: everybody tries now, in order. */
    void release() {
        control.assertInContext();
        List<Waiter> released = List.copyOf(waiting);
        released.forEach(Waiter::forget);
        released.forEach(Waiter::serve);
    }

    private final class Waiter {

        private final PickRequest request;
        private final CompletableFuture<Lease> future = new CompletableFuture<>();
        private @Nullable Cancellable timer;

        Waiter(PickRequest request) {
            this.request = request;
        }

        private void begin() {
            if (future.isDone()) {
                return; // cancelled before it began
            }
            waiting.add(this);
            try {
                timer = scheduler.schedule(() -> control.execute(this::timeUp), timeout);
            } catch (RuntimeException rejected) { // without a time-out it must not wait
                timeUp();
            }
        }

        private void timeUp() {
            if (waiting.remove(this)) {
                serve(); // fails with the exception that says why
            }
        }

        private void forget() {
            waiting.remove(this);
            if (timer != null) {
                timer.cancel();
            }
        }

        /** Picks here, in order; completes on the executor, as what depends on the future is user code. */
        private void serve() {
            Lease lease;
            try {
                lease = acquire.apply(request);
            } catch (Throwable refused) {
                complete(() -> future.completeExceptionally(refused));
                return;
            }
            complete(() -> {
                if (!future.complete(lease)) { // cancelled meanwhile
                    lease.end(Outcome.cancelled());
                }
            });
        }

        private void complete(Runnable completion) {
            try {
                executor.execute(completion);
            } catch (Throwable rejected) { // a call is not left waiting because of an executor that was handed in
                completion.run();
            }
        }
    }
}
