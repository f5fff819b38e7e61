package dev.evenkeel.lb.concurrent;

import static java.util.Objects.requireNonNull;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one at a time, in the order of submission, on the thread that submits when nothing else is running, else on
 * the thread that is running already.
 *
 * <ul>
 *   <li>When nothing else is running, the effect of a task is visible when {@link #execute} returns.
 *   <li>A task that submits another one does not recurse: the other one runs after it.
 *   <li>No lock is held while a task runs; what a task writes is visible to the next one.
 *   <li>What a task throws goes to the handler, and the next task runs.
 * </ul>
 */
public final class SerialExecutor implements Executor {

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** Tasks submitted and not yet finished; the thread that raises it from zero runs them all. */
    private final AtomicInteger unfinished = new AtomicInteger();

    private final Consumer<Throwable> onThrow;

    /** Written only by the thread that is running tasks. */
    private volatile @Nullable Thread runner;

    public SerialExecutor(Consumer<Throwable> onThrow) {
        this.onThrow = requireNonNull(onThrow, "onThrow");
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(requireNonNull(task, "task"));
        if (unfinished.getAndIncrement() == 0) {
            runAll();
        }
    }

    /** Whether the calling thread is inside a task of this executor. */
    public boolean isInContext() {
        return runner == Thread.currentThread();
    }

    /** Guards what only tasks of this executor may touch. */
    public void assertInContext() {
        assert isInContext() : "outside of the serial context";
    }

    private void runAll() {
        do {
            runner = Thread.currentThread();
            Runnable task = tasks.poll();
            if (task != null) { // always, as every increment follows an add
                runOne(task);
            }
            runner = null; // before giving way: from zero on another thread may be the runner
        } while (unfinished.decrementAndGet() != 0);
    }

    private void runOne(Runnable task) {
        try {
            task.run();
        } catch (Throwable thrown) {
            report(thrown);
        }
    }

    /** Even a log may throw, for want of memory or because of a message that cannot be made. The next task runs. */
    private void report(Throwable thrown) {
        try {
            onThrow.accept(thrown);
        } catch (Throwable ignored) {
            // nothing is left to tell it to
        }
    }
}
