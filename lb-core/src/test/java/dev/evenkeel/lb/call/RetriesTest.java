package dev.evenkeel.lb.call;

import static dev.evenkeel.lb.call.FakeService.answer;
import static dev.evenkeel.lb.call.FakeService.hang;
import static dev.evenkeel.lb.call.FakeService.refuse;
import static dev.evenkeel.lb.call.FakeService.reset;
import static dev.evenkeel.lb.call.FakeService.unavailable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.NoInstanceAvailableException;
import dev.evenkeel.lb.PoolSaturatedException;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // where it is the attempts that count
class RetriesTest {

    private FakeService service = new FakeService(3);

    @AfterEach
    void nothingIsLeft() {
        assertThat(service.snapshot().inFlight()).isZero();
        assertThat(service.clock.pendingTasks()).isZero();
    }

    // ---- what is repeated

    @Test
    void goesElsewhereAtOnceWhenAnInstanceIsNotThere() {
        CompletableFuture<String> answer =
                service.call().replay(Replay.UNSENT).build().executeAsync(service.replies(refuse(), answer(0)));
        service.clock.runDue();
        assertThat(answer).isCompletedWithValue("from " + service.seen.get(1).instance());
        assertThat(service.instancesSeen()).doesNotHaveDuplicates().hasSize(2);
        assertThat(service.outcomes(Outcome.Kind.NEVER_REACHED)).isOne();
        assertThat(service.outcomes(Outcome.Kind.SUCCESS)).isOne();
    }

    @Test
    void repeatsWhatMayHaveBeenExecutedOnlyIfItMayBeExecutedTwice() {
        CompletableFuture<String> once =
                service.call().replay(Replay.UNSENT).build().executeAsync(service.replies(reset(0), answer(0)));
        service.advance(1000);
        assertThat(failureOf(once)).isExactlyInstanceOf(IOException.class);
        assertThat(service.seen).hasSize(1);

        CompletableFuture<String> twice = service.call().build().executeAsync(service.replies(reset(0), answer(0)));
        service.advance(25);
        assertThat(twice).isCompleted();
        assertThat(service.seen).hasSize(3);
    }

    @Test
    void pausesBeforeItRepeatsWhatFailed() {
        service.call().build().executeAsync(service.replies(reset(0), reset(0), answer(0)));
        service.advance(1000);
        Duration first = service.seen.get(1).at();
        Duration second = service.seen.get(2).at().minus(first);
        assertThat(first).isBetween(Duration.ofNanos(1), Duration.ofMillis(25));
        assertThat(second).isBetween(Duration.ofNanos(1), Duration.ofMillis(50));
    }

    @Test
    void neverRepeatsWhatCannotBeSentAgain() {
        CompletableFuture<String> never =
                service.call().replay(Replay.NEVER).build().executeAsync(service.replies(refuse()));
        CompletableFuture<String> spent = service.call().build().executeAsync(attempt -> {
            attempt.spent();
            return CompletableFuture.failedFuture(new ConnectException());
        });
        service.clock.runDue();
        assertThat(failureOf(never)).isInstanceOf(ConnectException.class);
        assertThat(failureOf(spent)).isInstanceOf(ConnectException.class);
        assertThat(service.seen).hasSize(1);
    }

    @Test
    void whatIsKnownToBeUnreadGoesElsewhereWhateverItIs() {
        CompletableFuture<String> answer = service.call()
                .replay(Replay.UNSENT)
                .build()
                .executeAsync(attempt -> {
                    if (attempt.number() > 1) {
                        return CompletableFuture.completedFuture("ok");
                    }
                    attempt.unsent();
                    attempt.end(Outcome.overloaded());
                    return CompletableFuture.failedFuture(new IOException("no room"));
                });
        assertThat(answer).isCompletedWithValue("ok");
        assertThat(service.outcomes(Outcome.Kind.OVERLOADED)).isOne();
        assertThat(service.snapshot().purse())
                .as("a success, and nothing spent")
                .isEqualTo(10.2);
    }

    @Test
    void looksForRoomAtEachInstanceOnceAndForNothing() {
        List<String> full = new ArrayList<>();
        CompletableFuture<String> answer = service.call()
                .replay(Replay.UNSENT)
                .build()
                .executeAsync(attempt -> {
                    full.add(attempt.instance().id());
                    attempt.unsent();
                    attempt.end(Outcome.overloaded());
                    return CompletableFuture.failedFuture(new IOException("no room"));
                });
        service.advance(10_000);
        assertThat(failureOf(answer)).hasMessage("no room");
        assertThat(full).hasSize(3).doesNotHaveDuplicates();
        assertThat(service.snapshot().purse()).isEqualTo(10);
    }

    @Test
    void whatIsNotTheInstancesDoingIsNotRepeated() {
        CompletableFuture<String> answer = service.call()
                .build()
                .executeAsync(attempt -> CompletableFuture.failedFuture(new CancellationException("mine")));
        assertThat(failureOf(answer)).isInstanceOf(CancellationException.class);
        assertThat(service.outcomes(Outcome.Kind.CANCELLED)).isOne();
        assertThat(AttemptHistory.of(failureOf(answer))).hasSize(1);
    }

    @Test
    void triesEachOfFewInstancesOnceAndOfManyFive() {
        service.call().build().executeAsync(service.replies(refuse()));
        service.advance(10_000);
        assertThat(service.instancesSeen()).hasSize(3).doesNotHaveDuplicates();

        service = new FakeService(9);
        CompletableFuture<String> answer = service.call().build().executeAsync(service.replies(refuse()));
        service.advance(10_000);
        assertThat(service.instancesSeen()).hasSize(5).doesNotHaveDuplicates();
        assertThat(failureOf(answer)).hasMessage(service.instancesSeen().get(4) + " refuses");
    }

    @Test
    void canBeTurnedOff() {
        service.call().retries(RetryPolicy.off()).build().executeAsync(service.replies(refuse()));
        service.advance(10_000);
        assertThat(service.seen).hasSize(1);
    }

    @Test
    void aStickyCallGoesToTheSecondInstanceOfItsKey() {
        service = new FakeService(9, builder -> builder.strategy(Strategies.stickyKey(Strategies.random())));
        for (String key : List.of("a", "b", "c", "d", "e")) {
            service.seen.clear();
            PickRequest sticky = PickRequest.stickyTo(key);
            service.call().pickRequest(sticky).build().executeAsync(service.replies(refuse(), answer(0)));
            service.clock.runDue();
            String first = service.seen.get(0).instance();
            try (Lease second = service.balancer.acquire(
                    sticky.toBuilder().avoid(List.of(first)).build())) {
                assertThat(service.seen.get(1).instance())
                        .isEqualTo(second.instance().id());
            }
        }
    }

    @Test
    void whatTheCallerAvoidsIsAvoidedByAllAttempts() {
        PickRequest avoiding =
                PickRequest.builder().avoid(List.of("10.0.0.2:80")).build();
        service.call().pickRequest(avoiding).build().executeAsync(service.replies(refuse(), refuse(), refuse()));
        service.advance(10_000);
        assertThat(service.instancesSeen()).hasSize(3).last().isEqualTo("10.0.0.2:80");
    }

    // ---- answers that are better got elsewhere

    @Test
    void anAnswerIsTheCallersIfThereIsNoOtherToCome() {
        service = new FakeService(2);
        CompletableFuture<String> answer =
                service.call().build().executeAsync(service.replies(unavailable(1, 0), unavailable(1, 0)));
        service.advance(1000);
        assertThat(answer)
                .isCompletedWithValue("503 from " + service.seen.get(1).instance());
        assertThat(service.outcomes(Outcome.Kind.OVERLOADED)).isEqualTo(2);
        assertThat(service.purse()).as("nothing came in, but for a second").isEqualTo(9.999);
    }

    @Test
    void anAnswerThatIsThrownAwayIsReplaced() {
        CompletableFuture<String> answer =
                service.call().build().executeAsync(service.replies(unavailable(1, 0), answer(1)));
        service.advance(1000);
        assertThat(answer).isCompletedWithValue("from " + service.seen.get(1).instance());
    }

    @Test
    void anInstanceIsWaitedForOnlyIfThereIsNoOtherAndItIsNotForLong() {
        service = new FakeService(2, builder -> builder.maxInFlightPerInstance(1));
        try (Lease other = service.balancer.acquire(
                PickRequest.builder().only("10.0.0.2:80").build())) {
            CompletableFuture<String> waited =
                    service.call().build().executeAsync(service.replies(unavailable(0, 900), answer(0)));
            service.advance(899);
            assertThat(service.seen).hasSize(1);
            service.advance(1);
            assertThat(waited).isCompletedWithValue("from 10.0.0.1:80");

            CompletableFuture<String> tooLong =
                    service.call().build().executeAsync(service.replies(unavailable(0, 1001), answer(0)));
            service.clock.runDue();
            assertThat(tooLong).isCompletedWithValue("503 from 10.0.0.1:80");
            other.succeeded();
        }
    }

    @Test
    void anotherInstanceIsNotMadeToWaitForTheOneThatAsks() {
        CompletableFuture<String> answer =
                service.call().build().executeAsync(service.replies(unavailable(0, 60_000), answer(0)));
        service.advance(25);
        assertThat(answer).isCompleted();
    }

    // ---- time

    @Test
    void anAttemptThatTakesTooLongIsEndedAndHasFailed() {
        CompletableFuture<String> answer =
                service.call().retries(attemptTimeout(250)).build().executeAsync(service.replies(hang(), answer(0)));
        service.advance(249);
        assertThat(service.seen).hasSize(1);
        service.advance(26);
        assertThat(answer).isCompleted();
        assertThat(service.seen.get(0).attempt().isTimedOut()).isTrue();
        assertThat(service.seen.get(0).result()).isCancelled();
        assertThat(service.outcomes(Outcome.Kind.FAILED)).isOne();
    }

    @Test
    void timeIsUpThoughThereIsNoThreadToSaySo() {
        FakeService exhausted = new FakeService(
                1,
                settings -> settings.executor(task -> {
                    throw new OutOfMemoryError("unable to create native thread: made up");
                }));
        CompletableFuture<String> answer =
                exhausted.call().timeout(Duration.ofSeconds(1)).build().executeAsync(exhausted.replies(hang()));
        exhausted.advance(1_000);
        assertThat(failureOf(answer)).isInstanceOf(TimeoutException.class);
        assertThat(exhausted.snapshot().inFlight()).isZero();
        exhausted.balancer.close();
    }

    @Test
    void anInstanceThatHasAnsweredInTimeIsNotTooLate() {
        CompletableFuture<String> result = new CompletableFuture<>();
        CompletableFuture<String> answer = service.call()
                .retries(attemptTimeout(250))
                .build()
                .executeAsync(attempt -> {
                    service.clock.schedule(() -> attempt.end(Outcome.success()), Duration.ofMillis(249));
                    return result;
                });
        service.advance(251);
        assertThat(answer).isNotDone();
        result.complete("parsed");
        assertThat(answer).isCompletedWithValue("parsed");
    }

    /** The last of it may come at the moment when time is up. */
    @Test
    void anAttemptThatIsTooLateIsRepeatedThoughItEndedWell() {
        CompletableFuture<String> answer = service.call()
                .retries(attemptTimeout(250))
                .build()
                .executeAsync(attempt -> {
                    attempt.onStop(() -> attempt.end(Outcome.success()));
                    return service.reply(attempt, attempt.number() == 1 ? hang() : answer(0));
                });
        service.advance(250);
        service.advance(25);
        assertThat(answer).isCompletedWithValue("from 10.0.0.2:80");
    }

    @Test
    void whatLimitsAnAttemptAlsoLimitsWhatCannotBeRepeated() {
        CompletableFuture<String> answer = service.call()
                .replay(Replay.UNSENT)
                .retries(attemptTimeout(250))
                .timeoutFailure(limit -> new IOException("too late: " + limit))
                .build()
                .executeAsync(service.replies(hang()));
        service.advance(250);
        assertThat(failureOf(answer)).isInstanceOf(IOException.class).hasMessage("too late: PT0.25S");
    }

    @Test
    void allAttemptsShareTheTimeOfTheCall() {
        CompletableFuture<String> answer = service.call()
                .retries(attemptTimeout(250))
                .timeout(Duration.ofMillis(600))
                .build()
                .executeAsync(service.replies(hang()));
        service.advance(599);
        assertThat(answer).isNotDone();
        assertThat(service.seen).hasSize(3);
        assertThat(service.seen.get(2).attempt().timeLeft()).hasValue(Duration.ofMillis(1));
        service.advance(1);
        assertThat(failureOf(answer))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("no answer within " + Duration.ofMillis(600));
        assertThat(AttemptHistory.of(failureOf(answer))).hasSize(3);
    }

    @Test
    void anAttemptThatCannotFinishInTimeIsNotStarted() {
        for (int i = 0; i < 3; i++) {
            service.call().build().executeAsync(service.replies(answer(100)));
        }
        service.advance(100);
        service.seen.clear();
        CompletableFuture<String> answer = service.call()
                .timeout(Duration.ofMillis(150))
                .build()
                .executeAsync(service.replies(reset(60), answer(0)));
        service.advance(60);
        assertThat(failureOf(answer)).isExactlyInstanceOf(IOException.class);
        assertThat(service.seen).hasSize(1);
    }

    @Test
    void aCallerWithLessTimeThanIsUsualDoesNotBlameTheInstance() {
        for (int i = 0; i < 3; i++) {
            service.call().build().executeAsync(service.replies(answer(100)));
        }
        service.advance(100);
        service.call().timeout(Duration.ofMillis(99)).build().executeAsync(service.replies(answer(100)));
        service.advance(99);
        assertThat(service.outcomes(Outcome.Kind.CANCELLED)).isOne();
        service.call().timeout(Duration.ofMillis(101)).build().executeAsync(service.replies(hang()));
        service.advance(101);
        assertThat(service.outcomes(Outcome.Kind.FAILED)).isOne();
    }

    // ---- the purse

    @Test
    void nothingIsRepeatedThatCannotBePaid() {
        service.emptyPurse();
        CompletableFuture<String> answer = service.call().build().executeAsync(service.replies(refuse(), answer(0)));
        service.clock.runDue();
        assertThat(failureOf(answer)).isInstanceOf(ConnectException.class);
        assertThat(service.seen).hasSize(1);
    }

    @Test
    void successesFillThePurse() {
        service.emptyPurse();
        for (int i = 0; i < 5; i++) {
            service.call().build().executeAsync(service.replies(answer(0)));
        }
        service.clock.runDue();
        assertThat(service.purse()).isEqualTo(1);
    }

    @Test
    void whatAClientSendsTwiceByItselfIsPaid() {
        service.call().build().executeAsync(attempt -> {
            attempt.resent();
            return service.reply(attempt, attempt.number() == 1 ? reset(0) : answer(0));
        });
        service.advance(25);
        assertThat(service.purse()).isBetween(7.2, 7.3);
    }

    // ---- what the caller gets

    @Test
    void theExceptionIsThatOfTheLastAttemptAndTellsOfAll() {
        CompletableFuture<String> answer =
                service.call().build().executeAsync(service.replies(reset(7), refuse(), reset(3)));
        service.advance(1000);
        Throwable failure = failureOf(answer);
        assertThat(failure)
                .isExactlyInstanceOf(IOException.class)
                .hasMessage(service.seen.get(2).instance() + " resets");
        List<AttemptHistory.Entry> attempts = AttemptHistory.of(new ExecutionException(failure));
        assertThat(attempts).extracting(AttemptHistory.Entry::instanceId).isEqualTo(service.instancesSeen());
        assertThat(attempts)
                .extracting(AttemptHistory.Entry::outcome)
                .containsExactly(Outcome.failed(), Outcome.neverReached(), Outcome.failed());
        assertThat(attempts)
                .extracting(AttemptHistory.Entry::duration)
                .containsExactly(Duration.ofMillis(7), Duration.ZERO, Duration.ofMillis(3));
        assertThat(attempts.get(1).begin()).isEqualTo(service.seen.get(1).at());
        assertThat(failure.getSuppressed()[0])
                .hasMessageStartingWith("attempts: " + service.seen.get(0).instance() + " FAILED after 7 ms, ")
                .hasNoCause();
        assertThat(AttemptHistory.of(new IOException())).isEmpty();
    }

    @Test
    void whoFindsNobodyElseToAskGetsTheFailureOfTheLast() {
        service = new FakeService(2);
        CompletableFuture<String> answer = service.call()
                .pickRequest(PickRequest.builder().only("10.0.0.1:80").build())
                .build()
                .executeAsync(service.replies(refuse()));
        service.advance(1000);
        assertThat(failureOf(answer)).isInstanceOf(ConnectException.class);
        assertThat(service.seen).as("the only one is not asked again").hasSize(1);
    }

    @Test
    void withoutAnAttemptTheRefusalOfThePickIsTheFailure() {
        service = new FakeService(1, builder -> builder.maxInFlightPerInstance(1));
        Lease held = service.balancer.acquire();
        CompletableFuture<String> answer = service.call().build().executeAsync(service.replies(answer(0)));
        assertThat(failureOf(answer)).isInstanceOf(PoolSaturatedException.class);
        held.succeeded();

        CompletableFuture<String> nobody = service.call()
                .pickRequest(PickRequest.builder().only("10.0.0.9:80").build())
                .build()
                .executeAsync(service.replies(answer(0)));
        assertThat(failureOf(nobody)).isInstanceOf(NoInstanceAvailableException.class);
        assertThat(AttemptHistory.of(failureOf(nobody))).isEmpty();
    }

    @Test
    void aRefusalMayBeToldAsTheClientWould() {
        CompletableFuture<String> nobody = service.call()
                .pickRequest(PickRequest.builder().only("10.0.0.9:80").build())
                .refusalFailure(Acquisition::asIOException)
                .build()
                .executeAsync(service.replies(answer(0)));
        assertThat(failureOf(nobody))
                .isInstanceOf(ConnectException.class)
                .hasCauseInstanceOf(NoInstanceAvailableException.class);
    }

    @Test
    void aClosedBalancerEndsTheCallWithTheLastFailure() {
        CompletableFuture<String> answer = service.call().build().executeAsync(service.replies(reset(10), answer(0)));
        service.balancer.close();
        service.advance(1000);
        assertThat(failureOf(answer)).isExactlyInstanceOf(IOException.class);
        assertThat(service.seen).hasSize(1);
    }

    @Test
    void workThatThrowsOrAnswersNullHasFailed() {
        CompletableFuture<String> thrown = service.call()
                .retries(RetryPolicy.off())
                .build()
                .executeAsync(attempt -> {
                    throw new IllegalArgumentException("mine");
                });
        assertThat(failureOf(thrown)).isInstanceOf(IllegalArgumentException.class);
        CompletableFuture<String> none =
                service.call().retries(RetryPolicy.off()).build().executeAsync(attempt -> nothing());
        assertThat(failureOf(none)).isInstanceOf(NullPointerException.class).hasMessage("result");
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    // ---- the end

    @Test
    void aCancelEndsAnAttempt() {
        CompletableFuture<String> answer = service.call().build().executeAsync(service.replies(refuse(), hang()));
        service.clock.runDue();
        assertThat(service.seen).hasSize(2);
        assertThat(answer.cancel(true)).isTrue();
        assertThat(service.seen.get(1).result()).isCancelled();
        assertThat(service.seen.get(1).attempt().isStopped()).isTrue();
        assertThat(service.outcomes(Outcome.Kind.CANCELLED)).isOne();
    }

    @Test
    void aCancelEndsAPause() {
        BalancedCall call = service.call()
                .retries(RetryPolicy.builder()
                        .backoff(Duration.ofSeconds(1), Duration.ofSeconds(1))
                        .build())
                .build();
        CompletableFuture<String> answer = call.executeAsync(service.replies(reset(0), answer(0)));
        service.advance(1);
        assertThat(service.clock.pendingTasks()).isOne();
        call.cancel();
        assertThat(answer).isCancelled();
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(answer::join)
                .satisfies(cancelled -> assertThat(AttemptHistory.of(cancelled)).hasSize(1));
        service.advance(5000);
        assertThat(service.seen).hasSize(1);
    }

    @Test
    void aCancelEndsTheWaitForAnInstance() {
        service =
                new FakeService(1, builder -> builder.maxInFlightPerInstance(1).queue(5, Duration.ofSeconds(10)));
        Lease held = service.balancer.acquire();
        CompletableFuture<String> answer = service.call().build().executeAsync(service.replies(answer(0)));
        assertThat(service.snapshot().waiting()).isOne();
        assertThat(answer.completeExceptionally(new IOException("enough"))).isTrue();
        assertThat(service.snapshot().waiting()).isZero();
        held.succeeded();
    }

    @Test
    void theTimeOfTheCallEndsTheWaitForAnInstance() {
        service =
                new FakeService(1, builder -> builder.maxInFlightPerInstance(1).queue(5, Duration.ofSeconds(10)));
        Lease held = service.balancer.acquire();
        CompletableFuture<String> answer =
                service.call().timeout(Duration.ofMillis(100)).build().executeAsync(service.replies(answer(0)));
        service.advance(100);
        assertThat(answer).isCompletedExceptionally();
        held.succeeded();
        assertThat(service.seen).isEmpty();
    }

    @Test
    void aCallThatWasCancelledBeforeItBeganMakesNoAttempt() {
        BalancedCall call = service.call().build();
        call.cancel();
        assertThat(call.executeAsync(service.replies(answer(0)))).isCancelled();
        assertThat(service.seen).isEmpty();
        assertThatIllegalStateException()
                .isThrownBy(() -> call.executeAsync(service.replies(answer(0))))
                .withMessage("call: made before (expected: one object for each call)");
    }

    @Test
    void anAnswerMayStayOpen() {
        CompletableFuture<Attempt> answer = service.call().build().executeAsync(attempt -> {
            attempt.keepOpen();
            attempt.answered();
            return CompletableFuture.completedFuture(attempt);
        });
        assertThat(service.snapshot().inFlight()).isOne();
        answer.join().end(Outcome.failed());
        assertThat(service.outcomes(Outcome.Kind.FAILED)).isOne();
    }

    @Test
    void anAnswerThatComesTooLateIsClosed() {
        CompletableFuture<AutoCloseable> late = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return false; // cannot be ended
            }
        };
        CompletableFuture<AutoCloseable> answer = service.call().build().executeAsync(attempt -> late);
        answer.cancel(true);
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        late.complete(() -> closed.complete(true));
        assertThat(closed).isCompletedWithValue(true);
    }

    @Test
    void howWorkIsEndedMayBeToldAtAnyTime() {
        CompletableFuture<String> told = new CompletableFuture<>();
        Attempt[] begun = new Attempt[1];
        CompletableFuture<String> answer = service.call().build().executeAsync(attempt -> {
            begun[0] = attempt;
            attempt.onStop(() -> {
                attempt.end(Outcome.success());
                told.complete("first");
            });
            return new CompletableFuture<>();
        });
        answer.cancel(true);
        assertThat(told).isCompletedWithValue("first");
        assertThat(service.outcomes(Outcome.Kind.SUCCESS)).as("it knew better").isOne();
        CompletableFuture<String> tooLate = new CompletableFuture<>();
        begun[0].onStop(() -> tooLate.complete("at once"));
        assertThat(tooLate).isCompletedWithValue("at once");
    }

    @Test
    void whatWouldComeTooLateIsNotBegunThoughNothingIsEnded() {
        CompletableFuture<String> late = service.call()
                .retryWithin(Duration.ofMillis(100))
                .build()
                .executeAsync(service.replies(reset(100), answer(0)));
        service.advance(1000);
        assertThat(failureOf(late)).isInstanceOf(IOException.class);
        assertThat(service.seen).hasSize(1);

        CompletableFuture<String> slow = service.call()
                .retryWithin(Duration.ofMillis(100))
                .build()
                .executeAsync(service.replies(reset(10), answer(200)));
        service.advance(1000);
        assertThat(slow).isCompletedWithValue("from " + service.seen.get(2).instance());
    }

    @Test
    void nobodyWaitsForAnInstanceUntilItIsTooLate() {
        FakeService full =
                new FakeService(1, builder -> builder.maxInFlightPerInstance(1).queue(10, Duration.ofMinutes(1)));
        Lease busy = full.balancer.acquire();
        CompletableFuture<String> call = full.call()
                .retryWithin(Duration.ofMillis(100))
                .timeoutFailure(limit -> new IOException(limit.toString()))
                .build()
                .executeAsync(full.replies(answer(0)));
        full.advance(99);
        assertThat(call).isNotDone();
        full.advance(1);
        assertThat(failureOf(call)).hasMessage("PT0.1S");
        busy.succeeded();
        full.advance(1000);
        assertThat(full.seen).isEmpty();
        assertThat(full.snapshot().inFlight()).isZero();
        assertThat(full.clock.pendingTasks()).isZero();
    }

    @Test
    void whoGetsAnInstanceInTimeHasItForAsLongAsItTakes() {
        FakeService full =
                new FakeService(1, builder -> builder.maxInFlightPerInstance(1).queue(10, Duration.ofMinutes(1)));
        Lease busy = full.balancer.acquire();
        CompletableFuture<String> call =
                full.call().retryWithin(Duration.ofMillis(100)).build().executeAsync(full.replies(answer(500)));
        full.advance(50);
        busy.succeeded();
        full.advance(1000);
        assertThat(call).isCompleted();
        assertThat(full.clock.pendingTasks()).isZero();
    }

    @Test
    void aFaultOfOnesOwnIsNotRepeated() {
        CompletableFuture<String> answer = service.call()
                .build()
                .executeAsync(attempt -> CompletableFuture.failedFuture(new RejectedExecutionException("mine")));
        assertThat(failureOf(answer)).isInstanceOf(RejectedExecutionException.class);
        assertThat(service.outcomes(Outcome.Kind.LOCAL_FAULT)).isOne();
    }

    private static RetryPolicy attemptTimeout(long millis) {
        return RetryPolicy.builder().attemptTimeout(Duration.ofMillis(millis)).build();
    }

    static Throwable failureOf(CompletableFuture<?> answer) {
        assertThat(answer).isCompletedExceptionally();
        try {
            answer.getNow(null);
        } catch (CancellationException cancelled) {
            return cancelled;
        } catch (CompletionException failed) {
            return failed.getCause() == null ? failed : failed.getCause();
        }
        throw new AssertionError();
    }
}
