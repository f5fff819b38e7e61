package dev.evenkeel.lb.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may happen at the same moment, again and again: time stands still, threads do not. */
class RacesTest {

    private static final int ROUNDS = 2000;

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    /** Far more in the purse than a test needs. */
    private final FakeService service = new FakeService(3);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void ofTwoAnswersAtOnceOneIsTheCallers() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            service.balancer.callContext().purse().refund();
            List<Attempt> attempts = new ArrayList<>();
            List<CompletableFuture<String>> results = new ArrayList<>();
            CompletableFuture<String> answer = service.call()
                    .hedging(HedgePolicy.after(Duration.ofMillis(1)))
                    .build()
                    .executeAsync(attempt -> {
                        attempts.add(attempt);
                        results.add(new CompletableFuture<>());
                        return results.get(results.size() - 1);
                    });
            service.advance(1);
            assertThat(attempts).hasSize(2);
            Future<Boolean>[] accepted = atOnce(
                    () -> attempts.get(0).accept(Outcome.success()),
                    () -> attempts.get(1).accept(Outcome.success()));
            assertThat(accepted[0].get()).isNotEqualTo(accepted[1].get());
            results.get(0).complete("first");
            results.get(1).complete("second");
            assertThat(answer).isCompletedWithValue(accepted[0].get() ? "first" : "second");
        }
        assertRest();
    }

    @Test
    void aCancelMeetsAFailure() throws Exception {
        RetryPolicy noPauses =
                RetryPolicy.builder().backoff(Duration.ZERO, Duration.ZERO).build();
        for (int round = 0; round < ROUNDS; round++) {
            service.balancer.callContext().purse().refund();
            List<CompletableFuture<String>> results = new ArrayList<>();
            BalancedCall call = service.call().retries(noPauses).build();
            CompletableFuture<String> answer = call.executeAsync(attempt -> {
                results.add(new CompletableFuture<>());
                return results.get(results.size() - 1);
            });
            Future<Boolean>[] both =
                    atOnce(() -> results.get(0).completeExceptionally(new IOException("reset")), () -> {
                        call.cancel();
                        return true;
                    });
            both[0].get();
            both[1].get();
            assertThat(answer).isCancelled();
            assertThat(results).allMatch(CompletableFuture::isDone);
        }
        assertRest();
    }

    @Test
    void aTimeoutMeetsAnAnswer() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            List<CompletableFuture<String>> results = new ArrayList<>();
            CompletableFuture<String> answer = service.call()
                    .timeout(Duration.ofMillis(5))
                    .build()
                    .executeAsync(attempt -> {
                        results.add(new CompletableFuture<>());
                        return results.get(results.size() - 1);
                    });
            Future<Boolean>[] both = atOnce(() -> results.get(0).complete("ok"), () -> {
                service.advance(5);
                return true;
            });
            both[0].get();
            both[1].get();
            assertThat(answer).isDone();
        }
        assertRest();
    }

    /** An answer that stays open is either the caller's, and goes on, or it is stopped. */
    @Test
    void theTimeOfAnAttemptMeetsAnAnswerThatStaysOpen() throws Exception {
        RetryPolicy brief = RetryPolicy.builder()
                .maxAttempts(1)
                .attemptTimeout(Duration.ofMillis(5))
                .build();
        for (int round = 0; round < ROUNDS; round++) {
            List<Attempt> attempts = new ArrayList<>();
            CompletableFuture<Attempt> result = new CompletableFuture<>();
            CompletableFuture<Attempt> answer = service.call()
                    .retries(brief)
                    .build()
                    .executeAsync(attempt -> {
                        attempt.keepOpen();
                        attempts.add(attempt);
                        return result;
                    });
            Future<Boolean>[] both = atOnce(() -> result.complete(attempts.get(0)), () -> {
                service.advance(5);
                return true;
            });
            both[0].get();
            both[1].get();
            assertThat(answer.isCompletedExceptionally())
                    .isEqualTo(attempts.get(0).isStopped());
            attempts.get(0).end(Outcome.success());
        }
        assertRest();
    }

    private void assertRest() {
        assertThat(service.snapshot().inFlight()).isZero();
        assertThat(service.clock.pendingTasks()).isZero();
    }

    private interface Step {
        boolean run() throws Exception;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Future<Boolean>[] atOnce(Step one, Step other) {
        CyclicBarrier begin = new CyclicBarrier(2);
        return new Future[] {
            threads.submit(() -> {
                begin.await();
                return one.run();
            }),
            threads.submit(() -> {
                begin.await();
                return other.run();
            })
        };
    }
}
