package dev.evenkeel.lb.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.VirtualClock;
import dev.evenkeel.lb.time.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PollingTest {

    private static final ServiceInstance ONE = ServiceInstance.of("10.0.0.1:80");
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final VirtualClock clock = new VirtualClock();
    private final RecordingSink sink = new RecordingSink(clock);
    private final List<Duration> asked = new ArrayList<>();
    private Exception failure;

    @AfterEach
    void leavesNothingBehind() {
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void asksAgainAndAgainForTheServiceOfTheSubscriber() {
        InstanceSource source = InstanceSource.polling(
                service -> List.of(
                        ServiceInstance.builder("10.0.0.1", 80).id(service).build()),
                INTERVAL);
        Subscription subscription = source.subscribe(sink);
        assertThat(sink.heard).containsExactly("[orders at 10.0.0.1:80]");
        clock.advance(Duration.ofSeconds(12));
        assertThat(sink.heard).hasSize(2);
        subscription.close();
        clock.advance(Duration.ofHours(1));
        assertThat(sink.heard).hasSize(2);
    }

    @Test
    void asksAtRandomTimesAroundTheInterval() {
        Subscription subscription =
                InstanceSource.polling(this::lookUp, INTERVAL).subscribe(sink);
        clock.advance(Duration.ofMinutes(10));
        subscription.close();
        assertThat(pauses())
                .allMatch(pause -> pause.compareTo(Duration.ofSeconds(8)) >= 0)
                .allMatch(pause -> pause.compareTo(Duration.ofSeconds(12)) <= 0)
                .doesNotHaveDuplicates();
    }

    @Test
    void repeatsAFailureSoonAtFirstAndThenMoreAndMoreSeldom() {
        failure = new IOException("gone");
        Subscription subscription =
                InstanceSource.polling(this::lookUp, INTERVAL).subscribe(sink);
        clock.advance(Duration.ofHours(1));
        assertThat(asked).hasSizeLessThan(60);
        List<Duration> pauses = pauses();
        for (int i = 0; i < pauses.size(); i++) {
            long limit = Math.min(120, 1L << Math.min(i, 20));
            assertThat(pauses.get(i)).isBetween(Duration.ofMillis(500 * limit), Duration.ofSeconds(limit));
        }
        assertThat(sink.takeHeard()).containsOnly("failed java.io.IOException: gone");

        failure = null;
        clock.advance(Duration.ofMinutes(2));
        assertThat(sink.heard).contains("[10.0.0.1:80]");
        asked.clear();
        clock.advance(Duration.ofMinutes(1));
        assertThat(pauses()).allMatch(pause -> pause.compareTo(Duration.ofSeconds(12)) <= 0);

        failure = new IOException("again");
        asked.clear();
        clock.advance(Duration.ofSeconds(14));
        assertThat(pauses()).first().satisfies(pause -> assertThat(pause).isLessThanOrEqualTo(Duration.ofSeconds(1)));
        subscription.close();
    }

    @Test
    void takesWhateverIsThrownAndNullForAFailure() {
        Queue<Throwable> thrown =
                new ArrayDeque<>(List.of(new StackOverflowError("deep"), new IllegalStateException("x")));
        Subscription subscription = InstanceSource.polling(
                        service -> {
                            Throwable next = thrown.poll();
                            if (next instanceof Error error) {
                                throw error;
                            }
                            if (next instanceof Exception exception) {
                                throw exception;
                            }
                            return null;
                        },
                        INTERVAL)
                .subscribe(sink);
        clock.advance(Duration.ofSeconds(6));
        subscription.close();
        assertThat(sink.heard)
                .startsWith(
                        "failed java.lang.StackOverflowError: deep",
                        "failed java.lang.IllegalStateException: x",
                        "failed java.lang.NullPointerException: the list");
    }

    @Test
    void interruptsAQuestionThatHangsAndAsksNoOtherBeforeItHasReturned() throws Exception {
        ExecutorService executor = Executors.newCachedThreadPool();
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        RecordingSink told = new RecordingSink(clock, executor);
        AtomicInteger questions = new AtomicInteger();
        Subscription subscription = InstanceSource.polling(
                        service -> {
                            if (questions.getAndIncrement() > 0) {
                                return List.of(ONE);
                            }
                            hangs.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException timeUp) {
                                interrupted.countDown();
                            }
                            letGo.await(); // what does not care for an interrupt
                            return List.of();
                        },
                        INTERVAL,
                        Duration.ofSeconds(5))
                .subscribe(told);
        try {
            assertThat(hangs.await(30, TimeUnit.SECONDS)).isTrue();
            clock.advance(Duration.ofSeconds(4));
            assertThat(told.heard).isEmpty();
            clock.advance(Duration.ofSeconds(1));
            assertThat(told.heard)
                    .containsExactly("failed java.util.concurrent.TimeoutException: no answer within PT5S");
            assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
            clock.advance(Duration.ofDays(1));
            assertThat(questions).hasValue(1);
            assertThat(clock.pendingTasks()).isZero();

            letGo.countDown();
            Eventually.until("the next question is due", () -> clock.pendingTasks() == 1);
            clock.advance(Duration.ofSeconds(1));
            Eventually.until("the list is there", () -> told.heard.contains("[10.0.0.1:80]"));
        } finally {
            letGo.countDown();
            subscription.close();
            executor.shutdownNow();
            assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void interruptsAQuestionWhenTheSubscriptionEnds() throws Exception {
        ExecutorService executor = Executors.newCachedThreadPool();
        CountDownLatch hangs = new CountDownLatch(1);
        RecordingSink told = new RecordingSink(clock, executor);
        Subscription subscription = InstanceSource.polling(
                        service -> {
                            hangs.countDown();
                            new CountDownLatch(1).await();
                            return List.of();
                        },
                        INTERVAL)
                .subscribe(told);
        assertThat(hangs.await(30, TimeUnit.SECONDS)).isTrue();
        subscription.close();
        executor.shutdown();
        assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(told.heard).isEmpty();
    }

    @Test
    void asksAgainWhenTheExecutorTakesNothing() {
        boolean[] full = {true};
        RecordingSink told = new RecordingSink(clock, task -> {
            if (full[0]) {
                throw new RejectedExecutionException("full");
            }
            task.run();
        });
        Subscription subscription =
                InstanceSource.polling(this::lookUp, INTERVAL).subscribe(told);
        clock.advance(Duration.ofSeconds(10));
        assertThat(told.takeHeard())
                .hasSizeGreaterThan(2)
                .containsOnly("failed java.util.concurrent.RejectedExecutionException: full");
        full[0] = false;
        clock.advance(Duration.ofSeconds(20));
        assertThat(told.heard).contains("[10.0.0.1:80]");
        subscription.close();
    }

    /** An executor that never gets round to it. */
    @Test
    void reportsAQuestionThatIsNeverAsked() {
        List<Runnable> queue = new ArrayList<>();
        RecordingSink told = new RecordingSink(clock, queue::add);
        Subscription subscription =
                InstanceSource.polling(this::lookUp, INTERVAL).subscribe(told);
        clock.advance(Duration.ofDays(1));
        assertThat(queue).hasSize(1);
        assertThat(told.heard).containsExactly("failed java.util.concurrent.TimeoutException: no answer within PT30S");
        queue.remove(0).run();
        clock.advance(Duration.ofSeconds(1));
        queue.remove(0).run();
        assertThat(told.heard).contains("[10.0.0.1:80]");
        subscription.close();
    }

    @Test
    void saysThatNobodyWillAskAgain() {
        RecordingSink told = new RecordingSink(clock) {
            @Override
            public Scheduler scheduler() {
                return (task, delay) -> {
                    throw new IllegalStateException("whatever a scheduler throws");
                };
            }
        };
        InstanceSource.polling(this::lookUp, INTERVAL).subscribe(told).close();
        assertThat(told.heard)
                .containsExactly(
                        "[10.0.0.1:80]", "failed java.lang.IllegalStateException: whatever a scheduler throws");
    }

    @Test
    void refusesNonsense() {
        assertThatNullPointerException()
                .isThrownBy(() -> InstanceSource.polling(null, INTERVAL))
                .withMessage("lookup");
        assertThatNullPointerException()
                .isThrownBy(() -> InstanceSource.polling(this::lookUp, null))
                .withMessage("interval");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InstanceSource.polling(this::lookUp, Duration.ZERO))
                .withMessage("interval: PT0S (expected: PT0.01S..PT24H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InstanceSource.polling(this::lookUp, INTERVAL, Duration.ofSeconds(Long.MAX_VALUE)))
                .withMessageEndingWith("(expected: PT0.01S..PT24H)");
    }

    private List<ServiceInstance> lookUp(String serviceName) throws Exception {
        asked.add(clock.elapsed());
        if (failure != null) {
            throw failure;
        }
        return List.of(ONE);
    }

    private List<Duration> pauses() {
        List<Duration> pauses = new ArrayList<>();
        for (int i = 1; i < asked.size(); i++) {
            pauses.add(asked.get(i).minus(asked.get(i - 1)));
        }
        return pauses;
    }
}
