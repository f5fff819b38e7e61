package dev.evenkeel.lb.benchmarks.overhead;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What one way of calling cost for a while, with sixteen callers.
 *
 * @param calls how many there were
 * @param p50Nanos the median of how long a call took
 * @param processorNanos of the whole process, for each call
 * @param bytes allocated by all threads that are alive, for each call
 */
record Slice(int calls, double p50Nanos, double processorNanos, double bytes) {

    static final int CALLERS = 16;

    private static final int ANSWER_BYTES = 100;

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    /** Measures; the threads are ended before it returns. */
    static Slice of(Way way, long millis) throws InterruptedException, ExecutionException {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS, work -> {
            Thread thread = new Thread(work, "caller");
            thread.setDaemon(true);
            return thread;
        });
        try {
            return of(way, millis, callers);
        } finally {
            callers.shutdownNow();
        }
    }

    private static Slice of(Way way, long millis, ExecutorService callers)
            throws InterruptedException, ExecutionException {
        List<Callable<Latencies>> work = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            work.add(() -> callFor(way, millis));
        }
        Map<Long, Long> bytesBefore = allocated();
        long processorBefore = SYSTEM.getProcessCpuTime();
        List<Future<Latencies>> done = callers.invokeAll(work);
        double processor = SYSTEM.getProcessCpuTime() - processorBefore;
        double bytes = sinceThen(bytesBefore);
        Latencies all = new Latencies();
        for (Future<Latencies> ofOne : done) {
            all.add(ofOne.get());
        }
        return new Slice(all.count(), all.median(), processor / all.count(), bytes / all.count());
    }

    private static Latencies callFor(Way way, long millis) throws Exception {
        Latencies latencies = new Latencies();
        long begun = System.nanoTime();
        long before = begun;
        while (before - begun < millis * 1_000_000) {
            way.call();
            long after = System.nanoTime();
            latencies.add(after - before);
            before = after;
        }
        return latencies;
    }

    /** By thread. */
    private static Map<Long, Long> allocated() {
        long[] ids = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        Map<Long, Long> allocated = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            if (bytes[i] >= 0) { // else it has ended meanwhile
                allocated.put(ids[i], bytes[i]);
            }
        }
        return allocated;
    }

    private static long sinceThen(Map<Long, Long> before) {
        return allocated().entrySet().stream()
                .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L))
                .sum();
    }

    static void check(byte[] answer) {
        if (answer.length != ANSWER_BYTES) {
            throw new AssertionError("answer: " + answer.length + " bytes (expected: " + ANSWER_BYTES + ")");
        }
    }
}
