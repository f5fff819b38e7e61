package dev.evenkeel.lb.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class BoundedExecutorTest {

    /** Each is a thread that has begun to run. */
    private final Queue<Runnable> threads = new ArrayDeque<>();

    private final List<String> done = new ArrayList<>();
    private final BoundedExecutor bounded = new BoundedExecutor(threads::add, 2);

    private void execute(String name) {
        bounded.execute(() -> done.add(name));
    }

    @Test
    void takesAThreadForEachTaskUpToTheBound() {
        execute("a");
        execute("b");
        execute("c");
        execute("d");
        assertThat(threads).hasSize(2);
        threads.remove().run();
        assertThat(done).containsExactly("a", "c", "d");
        threads.remove().run();
        assertThat(done).containsExactly("a", "c", "d", "b");
    }

    @Test
    void givesTheThreadBackWhenNobodyWaits() {
        for (int i = 0; i < 3; i++) {
            execute("a");
            execute("b");
            assertThat(threads).hasSize(2);
            threads.remove().run();
            threads.remove().run();
        }
        assertThat(done).hasSize(6);
    }

    @Test
    void goesOnAfterATaskThatThrows() {
        List<Throwable> uncaught = new ArrayList<>();
        bounded.execute(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
            throw new IllegalStateException("expected");
        });
        execute("a");
        execute("b");
        Runnable work = threads.remove();
        Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
        try {
            work.run();
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(before);
        }
        assertThat(uncaught).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(done).containsExactly("b");
    }

    @Test
    void startsNoTaskInterrupted() {
        List<Boolean> interrupted = new ArrayList<>();
        bounded.execute(Thread.currentThread()::interrupt);
        execute("b");
        bounded.execute(() -> interrupted.add(Thread.currentThread().isInterrupted()));
        threads.remove().run();
        assertThat(interrupted).containsExactly(false);
    }

    @Test
    void losesNoPlaceToATaskThatIsRejected() {
        boolean[] full = {true};
        BoundedExecutor one = new BoundedExecutor(
                task -> {
                    if (full[0]) {
                        throw new RejectedExecutionException("full");
                    }
                    task.run();
                },
                1);
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> one.execute(() -> done.add("never")));
        full[0] = false;
        one.execute(() -> done.add("a"));
        assertThat(done).containsExactly("a");
    }
}
