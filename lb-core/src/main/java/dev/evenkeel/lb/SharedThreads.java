package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.BoundedExecutor;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads that all balancers share unless they are given others: one for timers, a few for whatever else is short, and
 * others for what is not ours and may hang: sources, probes and listeners. Made for the first balancer, gone with the last.
 */
final class SharedThreads {

    private static final int WORKERS = 4;

    /** For each balancer: enough that a few probes which block, each until its time-out, do not hold up the others. */
    private static final int PROBERS = 8;

    private static final Object LOCK = new Object();

    private static @Nullable SharedThreads current; // guarded by LOCK

    private final ScheduledThreadPoolExecutor timers;
    private final ThreadPoolExecutor workers;
    private final ThreadPoolExecutor sources;
    private final ThreadPoolExecutor probers;
    private final ThreadPoolExecutor listeners;

    /** By the timer and the clock of the JVM. */
    private final PauseWatch pauses;

    private int users; // guarded by LOCK

    private SharedThreads() {
        timers = new ScheduledThreadPoolExecutor(1, threads("evenkeel-timer"));
        timers.setRemoveOnCancelPolicy(true);
        workers = pool(WORKERS, "evenkeel-worker");
        sources = growing("evenkeel-source");
        probers = growing("evenkeel-prober");
        listeners = growing("evenkeel-listener");
        pauses = new PauseWatch(Ticker.system(), Scheduler.of(timers));
    }

    private static ThreadPoolExecutor pool(int size, String name) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(size, size, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * As many threads as there are tasks at once, so that none waits for one that hangs: a balancer asks its source one question
     * at a time, a listener hears one event at a time, and probes are bounded. The queue is a stack of threads, so that those
     * that are not needed are gone soon.
     */
    private static ThreadPoolExecutor growing(String name) {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), threads(name));
    }

    /** Takes part in the shared threads, which stay at least until the part is given back. */
    static Part takePart() {
        synchronized (LOCK) {
            SharedThreads shared = current;
            if (shared == null) {
                shared = new SharedThreads();
                current = shared;
            }
            shared.users++;
            return new Part(shared);
        }
    }

    private void giveBack() {
        synchronized (LOCK) {
            users--;
            if (users > 0) {
                return;
            }
            current = null;
        }
        timers.shutdownNow();
        sources.shutdownNow();
        probers.shutdownNow();
        workers.shutdown();
        listeners.shutdown(); // what they have still to hear, they hear
    }

    /** Threads that keep nothing of their maker alive: no class loader, no thread locals. */
    private static ThreadFactory threads(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(null, task, name + "-" + count.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(SharedThreads.class.getClassLoader());
            return thread;
        };
    }

    /** One balancer's part in the threads. */
    static final class Part implements AutoCloseable {

        private final SharedThreads shared;

        /** Bounded for itself, so that probes which hang hold up none of another balancer. */
        private final Executor probers;

        private final AtomicBoolean givenBack = new AtomicBoolean();

        private Part(SharedThreads shared) {
            this.shared = shared;
            this.probers = new BoundedExecutor(shared.probers, PROBERS);
        }

        Scheduler scheduler() {
            return Scheduler.of(shared.timers);
        }

        Executor executor() {
            return shared.workers;
        }

        Executor sourceExecutor() {
            return shared.sources;
        }

        Executor probeExecutor() {
            return probers;
        }

        Executor listenerExecutor() {
            return shared.listeners;
        }

        PauseWatch pauses() {
            return shared.pauses;
        }

        @Override
        public void close() {
            if (givenBack.compareAndSet(false, true)) {
                shared.giveBack();
            }
        }
    }
}
