package dev.evenkeel.lb;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Tasks that two threads submit at the same moment, and that share what is not made for threads. */
public final class SerialExecutorStress {

    private SerialExecutorStress() {}

    /** How many tasks have run, how many of them in the context, and how many overlapped. */
    @JCStressTest
    @Outcome(id = "4, 4, 0", expect = ACCEPTABLE, desc = "all, one at a time, and each sees the last one")
    @State
    public static class TasksRunOneAtATime {

        private final SerialExecutor executor = new SerialExecutor(thrown -> {});
        private int ran;
        private int inContext;
        private int overlapped;
        private boolean running;

        @Actor
        public void first() {
            executor.execute(this::task);
            executor.execute(this::task);
        }

        @Actor
        public void second() {
            executor.execute(() -> {
                executor.execute(this::task);
                task();
            });
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r1 = ran;
            result.r2 = inContext;
            result.r3 = overlapped;
        }

        private void task() {
            overlapped += running ? 1 : 0;
            running = true;
            ran++;
            inContext += executor.isInContext() ? 1 : 0;
            running = false;
        }
    }
}
