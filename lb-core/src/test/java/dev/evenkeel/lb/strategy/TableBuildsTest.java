package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class TableBuildsTest {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<String> built = new ArrayList<>();
    private final TableBuilds builds = new TableBuilds();

    @Test
    void buildsOnTheExecutor() {
        builds.want(() -> built.add("one"), tasks::add);
        assertThat(built).isEmpty();
        runAll();
        builds.want(() -> built.add("other"), Runnable::run);
        assertThat(built).containsExactly("one", "other");
    }

    @Test
    void buildsTheNewestOnly() {
        for (int i = 0; i < 5; i++) {
            String name = "table " + i;
            builds.want(() -> built.add(name), tasks::add);
        }
        assertThat(tasks).hasSize(1);
        runAll();
        assertThat(built).containsExactly("table 4");
    }

    @Test
    void buildsOneAtATime() {
        builds.want(
                () -> {
                    builds.want(() -> built.add("superseded"), tasks::add);
                    builds.want(() -> built.add("newest"), tasks::add);
                    assertThat(tasks).isEmpty();
                    built.add("first");
                },
                tasks::add);
        runAll();
        assertThat(built).containsExactly("first", "newest");
    }

    @Test
    void triesAgainAfterARejectionOrAnError() {
        builds.want(() -> built.add("rejected"), task -> {
            throw new RejectedExecutionException();
        });
        assertThatThrownBy(() -> builds.want(() -> built.add("without a thread"), task -> {
                    throw new OutOfMemoryError("unable to create native thread: made up");
                }))
                .isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> builds.want(
                        () -> {
                            throw new OutOfMemoryError("made up");
                        },
                        Runnable::run))
                .isInstanceOf(OutOfMemoryError.class);
        builds.want(() -> built.add("next"), Runnable::run);
        assertThat(built).containsExactly("next");
    }

    private void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
