package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A blocking call on a thread of its own, so that the test can look at it, and interrupt it. */
final class Background<T> {

    private final FutureTask<T> task;
    private final Thread thread;

    private Background(Callable<T> work) {
        this.task = new FutureTask<>(work);
        this.thread = new Thread(task, "contract-background");
        this.thread.setDaemon(true);
    }

    static <T> Background<T> of(Callable<T> work) {
        Background<T> background = new Background<>(work);
        background.thread.start();
        return background;
    }

    /** Waits until the thread itself waits for something. */
    void awaitWaiting() {
        Eventually.until(
                "the call waits",
                thread::getState,
                () -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
    }

    void interrupt() {
        thread.interrupt();
    }

    T get() throws Exception {
        return task.get(Eventually.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    Throwable failure() throws InterruptedException, TimeoutException {
        try {
            T result = task.get(Eventually.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("failure: none, but " + result);
        } catch (ExecutionException failed) {
            return requireNonNull(failed.getCause());
        }
    }
}
