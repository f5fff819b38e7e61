package dev.evenkeel.lb;

import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.time.Cancellable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits for its lease. What depends on its future is user code, so it is completed on the executor. Its timer
 * belongs to whoever lets it wait.
 */
final class PendingLease {

    private final PickRequest request;
    private final Executor executor;
    private final CompletableFuture<Lease> future = new CompletableFuture<>();
    private @Nullable Cancellable timer;

    PendingLease(PickRequest request, Executor executor) {
        this.request = request;
        this.executor = executor;
    }

    PickRequest request() {
        return request;
    }

    CompletableFuture<Lease> future() {
        return future;
    }

    /** Whether nobody waits any more: the caller has given up. */
    boolean isOver() {
        return future.isDone();
    }

    /** Runs the action when it is over, also because the caller has given up: by cancel, orTimeout or otherwise. */
    void onOver(Runnable action) {
        var unused = future.whenComplete((lease, refused) -> action.run());
    }

    void timer(Cancellable running) {
        this.timer = running;
    }

    void cancelTimer() {
        Cancellable running = timer;
        timer = null;
        if (running != null) {
            running.cancel();
        }
    }

    void grant(Lease lease) {
        complete(() -> {
            if (!future.complete(lease)) { // the caller has given up meanwhile
                lease.end(Outcome.cancelled());
            }
        });
    }

    void refuse(Throwable why) {
        complete(() -> future.completeExceptionally(why));
    }

    private void complete(Runnable completion) {
        try {
            executor.execute(completion);
        } catch (Throwable rejected) { // a call is not left waiting because of an executor that was handed in
            completion.run();
        }
    }
}
