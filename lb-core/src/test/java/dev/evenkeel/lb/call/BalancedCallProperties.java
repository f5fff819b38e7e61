package dev.evenkeel.lb.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.call.FakeService.Kind;
import dev.evenkeel.lb.call.FakeService.Reply;
import dev.evenkeel.lb.call.FakeService.Seen;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever instances do, whatever callers want, in any order: hours of it in virtual time. */
class BalancedCallProperties {

    /** Longer than anything that a history waits for. */
    private static final long LONG_MILLIS = 600_000;

    /**
     * One call of a history.
     *
     * @param pauseMillis since the call before
     * @param timeoutMillis 0 for none
     * @param attemptMillis 0 for none
     * @param hedgeMillis 0 for none
     * @param cancelMillis when the caller gives up; 0 for never
     */
    record Plan(
            Replay replay,
            List<Reply> replies,
            long pauseMillis,
            long timeoutMillis,
            long attemptMillis,
            long hedgeMillis,
            long cancelMillis) {}

    /** A call of a history, and what became of it. */
    private static final class Made {
        final Plan plan;
        final Duration begin;
        final List<Seen> attempts = new ArrayList<>();
        boolean ended;
        Duration end = Duration.ZERO;

        Made(Plan plan, Duration begin) {
            this.plan = plan;
            this.begin = begin;
        }
    }

    @Property(tries = 200)
    void noHistoryBreaksAPromise(
            @ForAll("histories") List<Plan> plans, @ForAll @IntRange(min = 1, max = 7) int instances) {
        FakeService service = new FakeService(instances);
        List<Made> calls = new ArrayList<>();
        for (Plan plan : plans) {
            service.advance(plan.pauseMillis());
            calls.add(make(service, plan));
        }
        service.advance(LONG_MILLIS);
        calls.forEach(call -> check(call, instances));

        long extra = service.seen.size()
                - calls.stream().filter(call -> !call.attempts.isEmpty()).count();
        double cameIn = 10 + 0.2 * calls.size() + service.clock.elapsed().toMillis() / 1000.0;
        assertThat((double) extra).as("paid by the purse").isLessThanOrEqualTo(cameIn);
        assertThat(service.purse()).isBetween(0.0, 100.0);
        assertThat(service.snapshot().inFlight()).isZero();
        assertThat(service.clock.pendingTasks()).isZero();
    }

    private static Made make(FakeService service, Plan plan) {
        Made made = new Made(plan, service.clock.elapsed());
        RetryPolicy.Builder retries = RetryPolicy.builder();
        if (plan.attemptMillis() > 0) {
            retries.attemptTimeout(Duration.ofMillis(plan.attemptMillis()));
        }
        BalancedCall.Builder call = service.call().replay(plan.replay()).retries(retries.build());
        if (plan.timeoutMillis() > 0) {
            call.timeout(Duration.ofMillis(plan.timeoutMillis()));
        }
        if (plan.hedgeMillis() > 0) {
            call.hedging(HedgePolicy.after(Duration.ofMillis(plan.hedgeMillis())));
        }
        CompletableFuture<String> answer = call.build().executeAsync(attempt -> {
            assertThat(service.purse()).isBetween(0.0, 100.0);
            assertThat(made.ended).as("nothing begins after the end").isFalse();
            int number = Math.min(attempt.number(), plan.replies().size());
            CompletableFuture<String> result =
                    service.reply(attempt, plan.replies().get(number - 1));
            made.attempts.add(service.seen.get(service.seen.size() - 1));
            return result;
        });
        var unused = answer.whenComplete((value, failure) -> {
            made.ended = true;
            made.end = service.clock.elapsed();
        });
        if (plan.cancelMillis() > 0) {
            service.clock.schedule(() -> answer.cancel(true), Duration.ofMillis(plan.cancelMillis()));
        }
        return made;
    }

    private static void check(Made call, int instances) {
        Plan plan = call.plan;
        long executed = call.attempts.stream().filter(Seen::isExecuted).count();
        switch (plan.replay()) {
            case NEVER -> assertThat(call.attempts).hasSizeLessThanOrEqualTo(1);
            case UNSENT ->
                assertThat(executed).as("executions of what is not safe").isLessThanOrEqualTo(1);
            case ALWAYS -> {}
        }
        assertThat(call.attempts).hasSizeLessThanOrEqualTo(Math.min(5, instances));
        assertThat(call.attempts.stream().map(Seen::instance).toList())
                .as("each at an instance of its own")
                .doesNotHaveDuplicates();
        if (plan.timeoutMillis() > 0) {
            assertThat(call.ended).isTrue();
            assertThat(call.end.minus(call.begin)).isLessThanOrEqualTo(Duration.ofMillis(plan.timeoutMillis()));
        }
        if (plan.cancelMillis() > 0) {
            assertThat(call.ended).isTrue();
            assertThat(call.end.minus(call.begin)).isLessThanOrEqualTo(Duration.ofMillis(plan.cancelMillis()));
        }
        if (call.ended) {
            assertThat(call.attempts).allMatch(attempt -> attempt.result().isDone());
        } else {
            assertThat(call.attempts).anyMatch(attempt -> attempt.reply().kind() == Kind.HANG);
            call.attempts.forEach(attempt -> attempt.result().cancel(true));
        }
    }

    @Provide
    Arbitrary<List<Plan>> histories() {
        Arbitrary<Reply> reply = Combinators.combine(
                        Arbitraries.of(Kind.class),
                        Arbitraries.longs().between(0, 400),
                        Arbitraries.of(0L, 0L, 100L, 900L, 5000L))
                .as(Reply::new);
        return Combinators.combine(
                        Arbitraries.of(Replay.class),
                        reply.list().ofMinSize(1).ofMaxSize(5),
                        Arbitraries.longs().between(0, 300),
                        zeroOr(1, 1500),
                        zeroOr(1, 500),
                        zeroOr(1, 200),
                        zeroOr(1, 1000))
                .as(Plan::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(30);
    }

    private static Arbitrary<Long> zeroOr(long min, long max) {
        return Arbitraries.oneOf(Arbitraries.just(0L), Arbitraries.longs().between(min, max));
    }
}
