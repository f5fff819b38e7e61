package dev.evenkeel.lb.concurrent;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs at most so many tasks at once, on threads of another executor; the others wait, in order. Where that one has as many
 * threads as there are tasks, and gives a task to the thread that has rested for the shortest time, this makes a pool that has
 * no more threads than are needed: short tasks that come one by one take one.
 */
public final class BoundedExecutor implements Executor {

    private final Executor threads;
    private final int most;
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by this
    private int running; // guarded by this

    public BoundedExecutor(Executor threads, int most) {
        this.threads = requireNonNull(threads, "threads");
        this.most = most;
    }

    @Override
    public void execute(Runnable task) {
        requireNonNull(task, "task");
        synchronized (this) {
            if (running == most) {
                waiting.add(task);
                return;
            }
            running++;
        }
        try {
            threads.execute(() -> runAll(task));
        } catch (Throwable rejected) {
            synchronized (this) {
                running--;
            }
            throw rejected;
        }
    }

    private void runAll(Runnable first) {
        for (Runnable task = first; task != null; task = next()) {
            try {
                task.run();
            } catch (Throwable thrown) { // the place is not lost
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
            }
        }
    }

    private @Nullable Runnable next() {
        Thread.interrupted(); // it was meant for the task that is over
        synchronized (this) {
            Runnable next = waiting.poll();
            if (next == null) {
                running--;
            }
            return next;
        }
    }
}
