package dev.evenkeel.lb.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {

    private final List<Throwable> thrown = new ArrayList<>();
    private final SerialExecutor serial = new SerialExecutor(thrown::add);

    @Test
    void runsATaskBeforeExecuteReturns() {
        List<String> ran = new ArrayList<>();
        serial.execute(() -> ran.add("a"));
        assertThat(ran).containsExactly("a");
    }

    @Test
    void runsWhatATaskSubmitsAfterIt() {
        List<String> ran = new ArrayList<>();
        serial.execute(() -> {
            serial.execute(() -> ran.add("inner"));
            ran.add("outer");
        });
        assertThat(ran).containsExactly("outer", "inner");
    }

    @Test
    void doesNotRecurseHoweverManyTasksSubmitOneAnother() {
        int[] left = {100_000};
        Runnable[] task = new Runnable[1];
        task[0] = () -> {
            if (--left[0] > 0) {
                serial.execute(task[0]);
            }
        };
        serial.execute(task[0]);
        assertThat(left[0]).isZero();
    }

    @Test
    void goesOnAfterATaskThatThrows() {
        List<String> ran = new ArrayList<>();
        IllegalStateException failure = new IllegalStateException("expected");
        serial.execute(() -> {
            throw failure;
        });
        serial.execute(() -> ran.add("next"));
        assertThat(ran).containsExactly("next");
        assertThat(thrown).containsExactly(failure);
    }

    @Test
    void knowsItsOwnContext() {
        List<Boolean> inside = new ArrayList<>();
        serial.execute(() -> inside.add(serial.isInContext()));
        assertThat(inside).containsExactly(true);
        assertThat(serial.isInContext()).isFalse();
    }

    /** A wrong hand-over between threads would lose an increment of the plain counter, or a task. */
    @Test
    void neverRunsTwoTasksAtOnceAndLosesNone() throws Exception {
        int threads = 4;
        int tasks = 50_000;
        int[] plainCounter = {0};
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                done.add(pool.submit(() -> {
                    start.await();
                    for (int i = 0; i < tasks; i++) {
                        serial.execute(() -> plainCounter[0]++);
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            pool.shutdownNow();
        }
        int[] seen = {0};
        serial.execute(() -> seen[0] = plainCounter[0]);
        assertThat(seen[0]).isEqualTo(threads * tasks);
        assertThat(thrown).isEmpty();
    }
}
