package dev.evenkeel.lb.call;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import dev.evenkeel.lb.time.Cancellable;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A service in virtual time whose instances do to each attempt what a test says, and that remembers the attempts. */
final class FakeService {

    final VirtualClock clock = new VirtualClock();
    final LoadBalancer balancer;

    /** All attempts of all calls, in the order of their begin. */
    final List<Seen> seen = new ArrayList<>();

    record Seen(Attempt attempt, Reply reply, Duration at, CompletableFuture<String> result) {

        String instance() {
            return attempt.instance().id();
        }

        /** Whether the instance may have done what was asked. */
        boolean isExecuted() {
            return reply.kind() != Kind.REFUSE;
        }
    }

    enum Kind {
        /** A good answer. */
        ANSWER,
        /** No connection. */
        REFUSE,
        /** The connection is lost after the request was sent. */
        RESET,
        /** Nothing, ever. */
        HANG,
        /** An answer that is better got elsewhere, asking for a pause. */
        UNAVAILABLE
    }

    record Reply(Kind kind, long millis, long retryAfterMillis) {}

    static Reply answer(long millis) {
        return new Reply(Kind.ANSWER, millis, 0);
    }

    static Reply refuse() {
        return new Reply(Kind.REFUSE, 0, 0);
    }

    static Reply reset(long millis) {
        return new Reply(Kind.RESET, millis, 0);
    }

    static Reply hang() {
        return new Reply(Kind.HANG, 0, 0);
    }

    static Reply unavailable(long millis, long retryAfterMillis) {
        return new Reply(Kind.UNAVAILABLE, millis, retryAfterMillis);
    }

    FakeService(int instances) {
        this(instances, builder -> builder);
    }

    FakeService(int instances, UnaryOperator<LoadBalancerBuilder> settings) {
        this.balancer = settings.apply(LoadBalancer.builder("orders")
                        .instances(IntStream.rangeClosed(1, instances)
                                .mapToObj(i -> ServiceInstance.of("10.0.0." + i + ":80"))
                                .toList())
                        .strategy(Strategies.roundRobin())
                        .outlierDetection(OutlierConfig.off())
                        .ticker(clock)
                        .scheduler(clock)
                        .executor(Runnable::run)
                        .random(new Random(1)))
                .build();
    }

    /** A call that may always be replayed, unless the test says otherwise. */
    BalancedCall.Builder call() {
        return BalancedCall.to(balancer).replay(Replay.ALWAYS);
    }

    /** The first attempt gets the first reply, and so on; all further ones the last. */
    Function<Attempt, CompletableFuture<String>> replies(Reply... replies) {
        return attempt -> reply(attempt, replies[Math.min(attempt.number(), replies.length) - 1]);
    }

    CompletableFuture<String> reply(Attempt attempt, Reply reply) {
        CompletableFuture<String> result = new CompletableFuture<>();
        seen.add(new Seen(attempt, reply, clock.elapsed(), result));
        if (reply.kind() != Kind.HANG) {
            Cancellable timer = clock.schedule(() -> finish(attempt, reply, result), Duration.ofMillis(reply.millis()));
            var unused = result.whenComplete((value, failure) -> timer.cancel());
        }
        return result;
    }

    private static void finish(Attempt attempt, Reply reply, CompletableFuture<String> result) {
        String id = attempt.instance().id();
        switch (reply.kind()) {
            case ANSWER -> result.complete("from " + id);
            case REFUSE -> result.completeExceptionally(new ConnectException(id + " refuses"));
            case RESET -> result.completeExceptionally(new IOException(id + " resets"));
            case UNAVAILABLE -> {
                Outcome said = reply.retryAfterMillis() == 0
                        ? Outcome.overloaded()
                        : Outcome.overloaded(Duration.ofMillis(reply.retryAfterMillis()));
                result.complete(attempt.acceptIfLast(said) ? "503 from " + id : "dropped");
            }
            case HANG -> throw new AssertionError(reply);
        }
    }

    void advance(long millis) {
        clock.advance(Duration.ofMillis(millis));
    }

    PoolSnapshot snapshot() {
        return balancer.snapshot();
    }

    double purse() {
        return snapshot().purse();
    }

    void emptyPurse() {
        int spent = 0;
        while (spent < 200 && balancer.callContext().purse().spend()) {
            spent++;
        }
    }

    long outcomes(Outcome.Kind kind) {
        return snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(kind))
                .sum();
    }

    List<String> instancesSeen() {
        return seen.stream().map(Seen::instance).toList();
    }
}
