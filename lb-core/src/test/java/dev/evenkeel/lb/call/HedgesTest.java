package dev.evenkeel.lb.call;

import static dev.evenkeel.lb.call.FakeService.answer;
import static dev.evenkeel.lb.call.FakeService.hang;
import static dev.evenkeel.lb.call.FakeService.refuse;
import static dev.evenkeel.lb.call.FakeService.reset;
import static dev.evenkeel.lb.call.FakeService.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // where it is the attempts that count
class HedgesTest {

    private static final HedgePolicy AFTER_20_MS = HedgePolicy.after(Duration.ofMillis(20));

    private FakeService service = new FakeService(3);

    @AfterEach
    void nothingIsLeft() {
        assertThat(service.snapshot().inFlight()).isZero();
        assertThat(service.clock.pendingTasks()).isZero();
    }

    @Test
    void theFasterAnswerCountsAndTheSlowerAttemptSaysNothing() {
        CompletableFuture<String> answer = hedged(hang(), answer(5));
        service.advance(19);
        assertThat(service.seen).hasSize(1);
        service.advance(6);
        assertThat(answer).isCompletedWithValue("from " + service.seen.get(1).instance());
        assertThat(service.seen.get(1).attempt().isHedge()).isTrue();
        assertThat(service.instancesSeen()).doesNotHaveDuplicates();
        assertThat(service.seen.get(0).result()).isCancelled();
        assertThat(service.outcomes(Outcome.Kind.CANCELLED)).isOne();
        assertThat(service.outcomes(Outcome.Kind.SUCCESS)).isOne();
        assertThat(service.outcomes(Outcome.Kind.FAILED)).isZero();
        assertThat(service.purse()).isEqualTo(9.205); // 1 went out, then 5 ms and a success came in
    }

    @Test
    void theFirstAttemptMayWinAllTheSame() {
        CompletableFuture<String> answer = hedged(answer(22), hang());
        service.advance(22);
        assertThat(answer).isCompletedWithValue("from " + service.seen.get(0).instance());
        assertThat(service.seen.get(1).result()).isCancelled();
    }

    @Test
    void whoIsAcceptedFirstHasWon() {
        Attempt[] attempts = new Attempt[2];
        CompletableFuture<String> answer = service.call()
                .hedging(AFTER_20_MS)
                .build()
                .executeAsync(attempt -> {
                    attempts[attempt.number() - 1] = attempt;
                    return new CompletableFuture<>();
                });
        service.advance(20);
        assertThat(attempts[0].accept(Outcome.success())).isTrue();
        assertThat(attempts[1].isStopped()).isTrue();
        assertThat(attempts[1].accept(Outcome.success())).isFalse();
        assertThat(attempts[0].accept(Outcome.success())).isTrue();
        answer.cancel(true);
    }

    @Test
    void whoHasBegunToAnswerIsNotHedged() {
        CompletableFuture<String> answer = service.call()
                .hedging(AFTER_20_MS)
                .build()
                .executeAsync(attempt -> {
                    assertThat(attempt.accept(Outcome.success())).isTrue();
                    return service.reply(attempt, answer(100));
                });
        service.advance(100);
        assertThat(answer).isCompleted();
        assertThat(service.seen).hasSize(1);
    }

    @Test
    void whoeverFailsLeavesItToTheOther() {
        CompletableFuture<String> answer = hedged(reset(30), answer(40));
        service.advance(60);
        assertThat(answer).isCompletedWithValue("from " + service.seen.get(1).instance());
        assertThat(service.seen).as("no retry beside it").hasSize(2);
        assertThat(service.outcomes(Outcome.Kind.FAILED)).isOne();
    }

    @Test
    void whenBothFailTheCallIsRepeated() {
        CompletableFuture<String> answer = hedged(reset(30), reset(20), answer(0));
        service.advance(200);
        assertThat(answer).isCompletedWithValue("from " + service.seen.get(2).instance());
        assertThat(service.seen.get(2).attempt().isHedge()).isFalse();
    }

    @Test
    void anAnswerThatIsBetterGotElsewhereWaitsForTheOther() {
        CompletableFuture<String> answer = hedged(unavailable(30, 0), answer(40));
        service.advance(60);
        assertThat(answer).isCompletedWithValue("from " + service.seen.get(1).instance());
        assertThat(service.outcomes(Outcome.Kind.OVERLOADED)).isOne();
        assertThat(service.seen).hasSize(2);
    }

    @Test
    void aCallIsHedgedOnce() {
        CompletableFuture<String> answer = hedged(hang(), hang());
        service.advance(1000);
        assertThat(service.seen).hasSize(2);
        answer.cancel(true);
    }

    @Test
    void hedgesDoNotDependOnRetries() {
        CompletableFuture<String> answer = service.call()
                .retries(RetryPolicy.off())
                .hedging(AFTER_20_MS)
                .build()
                .executeAsync(service.replies(hang(), answer(1)));
        service.advance(21);
        assertThat(answer).isCompletedWithValue("from " + service.seen.get(1).instance());
    }

    @Test
    void whatWasThrownAwayCountsAsWhatItSaid() {
        CompletableFuture<String> answer = service.call()
                .hedging(AFTER_20_MS)
                .build()
                .executeAsync(attempt -> {
                    if (attempt.isHedge()) {
                        assertThat(attempt.acceptIfLast(Outcome.overloaded())).isFalse();
                        return new CompletableFuture<>(); // the rest of the answer takes its time
                    }
                    return service.reply(attempt, answer(30));
                });
        service.advance(30);
        assertThat(answer).isCompleted();
        assertThat(service.outcomes(Outcome.Kind.OVERLOADED)).isOne();
    }

    @Test
    void aCallThatFailsBeforeIsRepeatedInstead() {
        CompletableFuture<String> answer = hedged(refuse(), answer(1));
        service.advance(1);
        assertThat(answer).isCompleted();
        assertThat(service.seen.get(1).attempt().isHedge()).isFalse();
    }

    @Test
    void neverWhatMayNotBeExecutedTwice() {
        CompletableFuture<String> answer = service.call()
                .replay(Replay.UNSENT)
                .hedging(AFTER_20_MS)
                .build()
                .executeAsync(service.replies(answer(100)));
        service.advance(100);
        assertThat(answer).isCompleted();
        assertThat(service.seen).hasSize(1);
    }

    @Test
    void neverWithAnEmptyPurse() {
        service.emptyPurse();
        CompletableFuture<String> answer = hedged(answer(100));
        service.advance(100);
        assertThat(answer).isCompleted();
        assertThat(service.seen).hasSize(1);
    }

    @Test
    void neverToTheSameInstance() {
        service = new FakeService(2, builder -> builder.maxInFlightPerInstance(1));
        try (Lease other = service.balancer.acquire()) {
            CompletableFuture<String> answer = hedged(answer(100));
            service.advance(100);
            assertThat(answer).isCompleted();
            assertThat(service.seen).hasSize(1);
            assertThat(service.purse()).isEqualTo(10.2);
            other.succeeded();
        }
    }

    @Test
    void neverWhenTooFewInstancesAreWell() {
        service = new FakeService(
                2,
                builder -> builder.outlierDetection(
                        OutlierConfig.builder().neverReachedInARow(1).build()));
        for (int i = 0; i < 2; i++) {
            service.balancer.acquire().end(Outcome.neverReached());
        }
        service.clock.runDue();
        assertThat(service.snapshot().isFailOpen()).isTrue();
        CompletableFuture<String> answer = hedged(answer(100));
        service.advance(100);
        assertThat(answer).isCompleted();
        assertThat(service.seen).hasSize(1);
        service.balancer.close();
    }

    @Test
    void goesByThePercentileOfWhatItHasSeen() {
        HedgePolicy percentile = HedgePolicy.defaults();
        for (int i = 0; i < 60; i++) {
            service.call().hedging(percentile).build().executeAsync(service.replies(answer(10)));
            service.advance(10);
        }
        assertThat(service.seen).as("nothing is known before 50 answers").hasSize(60);
        service.seen.clear();
        CompletableFuture<String> answer =
                service.call().hedging(percentile).build().executeAsync(service.replies(hang(), answer(1)));
        service.advance(10);
        assertThat(service.seen).hasSize(1);
        service.advance(3);
        assertThat(answer).isCompleted();
    }

    /** If what hedges cut short were not counted, the percentile would fall, and ever more calls be hedged. */
    @Test
    void theShareOfHedgesStaysWhatItIsMeantToBe() {
        Random random = new Random(7);
        int calls = 20_000;
        for (int i = 0; i < calls; i++) {
            service.call().hedging(HedgePolicy.defaults()).build().executeAsync(attempt -> {
                long micros = (long) (-10_000 * Math.log(1 - random.nextDouble()));
                return service.reply(attempt, new FakeService.Reply(FakeService.Kind.ANSWER, micros / 1000, 0));
            });
            service.advance(10);
        }
        service.advance(1000);
        assertThat((service.seen.size() - calls) / (double) calls).isBetween(0.03, 0.055);
    }

    @Test
    void nothingIsRecordedWithoutNeed() {
        for (int i = 0; i < 60; i++) {
            hedged(answer(1));
            service.advance(1);
        }
        assertThat(service.balancer.callContext().answerTimes().percentile(0.5)).isEmpty();
    }

    @Test
    void theFailureOfBothTellsOfBoth() {
        service = new FakeService(2);
        CompletableFuture<String> answer = hedged(reset(30), reset(30));
        service.advance(1000);
        Throwable failure = RetriesTest.failureOf(answer);
        assertThat(failure).isExactlyInstanceOf(IOException.class);
        assertThat(AttemptHistory.of(failure))
                .extracting(AttemptHistory.Entry::isHedge)
                .containsExactly(false, true);
    }

    private CompletableFuture<String> hedged(FakeService.Reply... replies) {
        return service.call().hedging(AFTER_20_MS).build().executeAsync(service.replies(replies));
    }
}
