package dev.evenkeel.lb.discovery;

import dev.evenkeel.lb.concurrent.RetryDelay;
import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.time.Cancellable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription that asks for the list again and again: one question at a time, the next one an interval after the last
 * answer, or a growing time after a failure. A question that takes too long is a failure and is interrupted; it keeps its
 * thread until it returns, and no other is asked meanwhile, so one that hangs takes up one thread and no more.
 *
 * <p>Mutable state is touched, and the sink told, only inside the serial context. Questions are asked outside of it.
 */
final class Polling implements Subscription {

    /** Keeps those who started together from asking together. */
    private static final double JITTER = 0.2;

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(InstanceSource.class);

    private final InstanceSink sink;
    private final Callable<List<ServiceInstance>> question;
    private final Duration interval;
    private final Duration timeout;
    private final RetryDelay retry;
    private final SerialExecutor serial;

    private @Nullable Cancellable timer;
    private @Nullable Poll underWay;
    private boolean ended;

    /**
     * What shall be asked.
     *
     * @param question asks for the list, and may block; called by one thread at a time
     * @param interval from the end of a question to the next one
     * @param timeout how long a question may take
     * @param longestRetry the most that is waited after failures
     */
    Polling(
            InstanceSink sink,
            Callable<List<ServiceInstance>> question,
            Duration interval,
            Duration timeout,
            Duration longestRetry) {
        this.sink = sink;
        this.question = question;
        this.interval = interval;
        this.timeout = timeout;
        this.retry = new RetryDelay(min(FIRST_RETRY, interval), longestRetry, sink.random());
        this.serial = new SerialExecutor(thrown -> log.error("{}: polling failed within", sink.serviceName(), thrown));
    }

    /** Asks for the first time. Not in the serial context: the executor may run the question on this very thread. */
    void ask(Executor executor) {
        Poll poll = new Poll();
        serial.execute(poll::begin);
        try {
            executor.execute(poll);
        } catch (Throwable rejected) { // for want of threads, too
            serial.execute(() -> poll.rejected(rejected));
        }
    }

    @Override
    public void close() {
        serial.execute(() -> {
            ended = true;
            if (timer != null) {
                timer.cancel();
            }
            if (underWay != null) {
                underWay.abandon();
            }
        });
    }

    private void askAfter(Duration wait) {
        try {
            timer = sink.scheduler().schedule(() -> ask(sink.executor()), wait);
        } catch (RuntimeException rejected) { // a scheduler that is shut down, above all
            sink.failed(rejected);
        }
    }

    private Duration jitteredInterval() {
        double factor = 1 + JITTER * (2 * sink.random().nextDouble() - 1);
        return Duration.ofNanos((long) (interval.toNanos() * factor));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** One question, from the time when it is to be asked until its thread has returned. */
    private final class Poll implements Runnable {

        private final FutureTask<List<ServiceInstance>> task = new FutureTask<>(question);
        private @Nullable Cancellable timeLimit;

        private void begin() {
            if (ended) {
                task.cancel(false);
                return;
            }
            underWay = this;
            try {
                timeLimit = sink.scheduler().schedule(() -> serial.execute(this::timeUp), timeout);
            } catch (RuntimeException rejected) {
                log.debug("{}: nobody limits the time of a poll, as the scheduler threw", sink.serviceName(), rejected);
            }
        }

        @Override
        public void run() {
            try {
                task.run();
            } finally {
                if (task.isCancelled()) {
                    Thread.interrupted(); // meant for the question, not for the next one on this thread
                }
                serial.execute(this::hasReturned);
            }
        }

        private void timeUp() {
            if (underWay == this && task.cancel(true)) {
                sink.failed(new TimeoutException("no answer within " + timeout));
            }
        }

        private void abandon() {
            stopTimeLimit();
            task.cancel(true);
        }

        private void hasReturned() {
            settle();
            if (ended) {
                return;
            }
            Duration wait = null;
            try {
                List<ServiceInstance> list = task.get();
                retry.reset();
                wait = jitteredInterval();
                sink.update(list);
            } catch (ExecutionException thrown) {
                Throwable cause = thrown.getCause();
                sink.failed(cause != null ? cause : thrown);
            } catch (CancellationException timedOut) {
                log.debug("{}: a poll returned after its time was up", sink.serviceName());
            } catch (InterruptedException impossible) { // as the task is done
                throw new AssertionError(impossible);
            } finally {
                askAfter(wait != null ? wait : retry.next());
            }
        }

        private void rejected(Throwable rejection) {
            settle();
            if (!ended) {
                sink.failed(rejection);
                askAfter(retry.next());
            }
        }

        private void settle() {
            underWay = null;
            stopTimeLimit();
        }

        private void stopTimeLimit() {
            if (timeLimit != null) {
                timeLimit.cancel();
            }
        }
    }
}
