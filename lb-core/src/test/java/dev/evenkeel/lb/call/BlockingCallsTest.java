package dev.evenkeel.lb.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.PoolSaturatedException;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockingCallsTest {

    private static final RetryPolicy LONG_PAUSES = RetryPolicy.builder()
            .backoff(Duration.ofMinutes(1), Duration.ofMinutes(1))
            .build();

    private FakeService service = new FakeService(3);
    private final List<String> called = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        assertThat(service.snapshot().inFlight()).isZero();
        assertThat(service.clock.pendingTasks()).isZero();
    }

    @Test
    void goesElsewhereOnTheThreadOfTheCaller() throws Exception {
        Thread caller = Thread.currentThread();
        String answer = service.call().build().execute(attempt -> {
            assertThat(Thread.currentThread()).isSameAs(caller);
            called.add(attempt.instance().id());
            if (attempt.number() < 3) {
                throw new ConnectException();
            }
            return "ok";
        });
        assertThat(answer).isEqualTo("ok");
        assertThat(called).hasSize(3).doesNotHaveDuplicates();
        assertThat(service.outcomes(Outcome.Kind.NEVER_REACHED)).isEqualTo(2);
        assertThat(service.outcomes(Outcome.Kind.SUCCESS)).isOne();
    }

    @Test
    void throwsWhatTheLastAttemptHasThrown() {
        IOException mine = new IOException("mine");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> service.call().replay(Replay.UNSENT).build().execute(attempt -> {
                    throw attempt.number() == 1 ? new ConnectException() : mine;
                }))
                .isSameAs(mine)
                .satisfies(thrown -> assertThat(AttemptHistory.of(thrown)).hasSize(2));
    }

    @Test
    void throwsAtOnceWhatIsNotTheInstancesDoing() {
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> service.call().build().execute(attempt -> {
                    called.add("one");
                    throw new OutOfMemoryError("made up");
                }));
        assertThat(called).hasSize(1);
        assertThat(service.outcomes(Outcome.Kind.LOCAL_FAULT)).isOne();
    }

    @Test
    void throwsTheRefusalOfThePickIfThereWasNoAttempt() {
        service = new FakeService(1, builder -> builder.maxInFlightPerInstance(1));
        try (Lease held = service.balancer.acquire()) {
            assertThatExceptionOfType(PoolSaturatedException.class)
                    .isThrownBy(() -> service.call().build().execute(attempt -> "ok"));
            held.succeeded();
        }
    }

    @Test
    void anAnswerThatIsBetterGotElsewhereIsGotElsewhere() throws Exception {
        service = new FakeService(2, builder -> builder);
        RetryPolicy noPauses =
                RetryPolicy.builder().backoff(Duration.ZERO, Duration.ZERO).build();
        for (int good = 1; good <= 3; good++) {
            int firstGood = good;
            String answer = service.call().retries(noPauses).build().execute(attempt -> {
                boolean bad = attempt.number() < firstGood;
                return bad ? "bad " + attempt.acceptIfLast(Outcome.overloaded()) : "good " + attempt.number();
            });
            assertThat(answer).isEqualTo(good <= 2 ? "good " + good : "bad true");
        }
    }

    @Test
    void pausesByTheClockOfTheBalancer() throws Exception {
        FutureTask<String> call = begin(service.call().retries(LONG_PAUSES).build());
        Eventually.until("the call pauses", () -> service.clock.pendingTasks() == 1);
        service.advance(60_000);
        assertThat(call.get()).isEqualTo("ok");
    }

    @Test
    void anInterruptEndsAPause() throws Exception {
        BalancedCall call = service.call().retries(LONG_PAUSES).build();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                call.execute(this::failsOnce);
            } catch (Exception failure) {
                thrown.complete(failure);
            }
        });
        thread.start();
        Eventually.until("the call pauses", () -> service.clock.pendingTasks() == 1);
        thread.interrupt();
        assertThat(thrown.join()).isInstanceOf(InterruptedException.class);
        assertThat(AttemptHistory.of(thrown.join())).hasSize(1);
        thread.join();
    }

    @Test
    void aCancelEndsAPause() throws Exception {
        BalancedCall call = service.call().retries(LONG_PAUSES).build();
        FutureTask<String> answer = begin(call);
        Eventually.until("the call pauses", () -> service.clock.pendingTasks() == 1);
        call.cancel();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(answer::get)
                .withCauseInstanceOf(CancellationException.class);
        assertThat(called).hasSize(1);
    }

    @Test
    void aCancelEndsAnAttemptIfThatSaysHow() throws Exception {
        BalancedCall call = service.call().build();
        CountDownLatch working = new CountDownLatch(1);
        FutureTask<String> answer = new FutureTask<>(() -> call.execute(attempt -> {
            CountDownLatch closed = new CountDownLatch(1);
            attempt.onStop(closed::countDown);
            working.countDown();
            closed.await();
            called.add("one");
            throw new SocketException("closed");
        }));
        new Thread(answer).start();
        working.await();
        call.cancel();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(answer::get)
                .withCauseInstanceOf(SocketException.class);
        assertThat(called).hasSize(1);
        assertThat(service.outcomes(Outcome.Kind.CANCELLED)).isOne();
    }

    @Test
    void anAttemptThatTakesTooLongIsEndedAndRepeated() throws Exception {
        RetryPolicy retries = RetryPolicy.builder()
                .attemptTimeout(Duration.ofMillis(250))
                .backoff(Duration.ZERO, Duration.ZERO)
                .build();
        String answer = service.call().retries(retries).build().execute(attempt -> {
            if (attempt.number() > 1) {
                return "ok";
            }
            assertThat(attempt.timeLeft()).hasValue(Duration.ofMillis(250));
            CompletableFuture<String> closed = new CompletableFuture<>();
            attempt.onStop(() -> closed.complete(""));
            service.advance(250);
            assertThat(closed).isCompleted();
            throw new SocketException("closed");
        });
        assertThat(answer).isEqualTo("ok");
        assertThat(service.outcomes(Outcome.Kind.FAILED)).isOne();
    }

    @Test
    void theTimeOfTheCallEndsTheLastAttempt() {
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> service.call()
                        .timeout(Duration.ofMillis(100))
                        .build()
                        .execute(attempt -> {
                            called.add("one");
                            service.advance(100);
                            assertThat(attempt.isStopped()).isTrue();
                            assertThat(attempt.timeLeft()).hasValue(Duration.ZERO);
                            throw new SocketException("closed");
                        }));
        assertThat(called).hasSize(1);
    }

    @Test
    void theTimeOfTheCallEndsTheWaitForAnInstance() throws Exception {
        service =
                new FakeService(1, builder -> builder.maxInFlightPerInstance(1).queue(5, Duration.ofSeconds(10)));
        Lease held = service.balancer.acquire();
        FutureTask<String> answer =
                begin(service.call().timeout(Duration.ofMillis(100)).build());
        Eventually.until("the call waits", () -> service.snapshot().waiting() == 1);
        service.advance(100);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(answer::get)
                .satisfies(failure -> assertThat(failure.getCause())
                        .isInstanceOfAny(TimeoutException.class, PoolSaturatedException.class));
        held.succeeded();
    }

    @Test
    void nobodyWaitsForAnInstanceUntilItIsTooLate() throws Exception {
        service =
                new FakeService(1, builder -> builder.maxInFlightPerInstance(1).queue(5, Duration.ofSeconds(10)));
        Lease held = service.balancer.acquire();
        FutureTask<String> answer =
                begin(service.call().retryWithin(Duration.ofMillis(100)).build());
        Eventually.until("the call waits", () -> service.snapshot().waiting() == 1);
        service.advance(100);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> answer.get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .withCauseInstanceOf(TimeoutException.class);
        held.succeeded();
    }

    @Test
    void aCallThatWasCancelledBeforeItBeganMakesNoAttempt() {
        BalancedCall call = service.call().build();
        call.cancel();
        assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> call.execute(attempt -> "ok"));
    }

    private FutureTask<String> begin(BalancedCall call) {
        FutureTask<String> answer = new FutureTask<>(() -> call.execute(this::failsOnce));
        new Thread(answer).start();
        return answer;
    }

    private String failsOnce(Attempt attempt) throws IOException {
        called.add(attempt.instance().id());
        if (attempt.number() == 1) {
            throw new IOException("reset");
        }
        return "ok";
    }
}
