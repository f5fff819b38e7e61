package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * What every HTTP client that balances must do with calls that take long: make them a second time at once, if it may; move on
 * to another instance when an attempt takes too long; and be done when the time of the call is up, or nobody waits for it any
 * more. An adapter's test class extends this as it does {@link BalancedClientContract}.
 *
 * <p>The balancers here go by a clock that stands still: a hedge is made, and an attempt ends, when the test says that it is
 * time. The clients have clocks of their own.
 */
public abstract class HedgeAndDeadlineContract extends ContractFixture {

    private static final Duration DELAY = Duration.ofSeconds(5);
    private static final Duration ATTEMPT = Duration.ofSeconds(7);

    /** Far longer than a test takes. */
    private static final Duration LONG = Duration.ofMinutes(10);

    private static final Duration SHORT = Duration.ofMillis(300);

    private static final RetryPolicy IN_TURN = RetryPolicy.builder()
            .attemptTimeout(ATTEMPT)
            .backoff(Duration.ZERO, Duration.ZERO)
            .build();

    /** May be made again, but is not by any client itself when it loses the connection. */
    private static final ContractCall ONCE_ON_THE_WIRE = ContractCall.of("DELETE", "http://orders/x");

    private final VirtualClock clock = new VirtualClock();
    private final AtomicInteger arrived = new AtomicInteger();

    /** For adapters to call. */
    protected HedgeAndDeadlineContract() {}

    // ---- hedges

    @Test
    final void makesASlowCallAtASecondInstanceAsWell() throws Exception {
        ScriptedServer[] servers = servers(2, ScriptedReply.silence(), ScriptedReply.ok("fast"));
        LoadBalancer orders = byTheClock(servers);
        RecordedCall call = new RecordedCall();
        hedging(orders).sendAsync(ContractCall.get("http://orders/x"), call);
        ScriptedServer slow = awaitFirst(servers);
        clock.advance(DELAY);
        try (ContractAnswer answer = call.answer()) {
            assertThat(text(answer)).isEqualTo("fast");
            assertThat(answer.instance()).contains(other(slow, servers).instance());
        }
        theOtherWasFaster(orders, slow, servers);
        assertThat(call.timesTold()).isEqualTo(1);
    }

    @Test
    final void makesASlowBlockingCallAtASecondInstanceAsWell() throws Exception {
        ScriptedServer[] servers = servers(2, ScriptedReply.silence(), ScriptedReply.ok("fast"));
        LoadBalancer orders = byTheClock(servers);
        ContractClient client = hedging(orders);
        Background<ContractAnswer> call = Background.of(() -> client.send(ContractCall.get("http://orders/x")));
        ScriptedServer slow = awaitFirst(servers);
        clock.advance(DELAY);
        assertThat(text(call.get())).isEqualTo("fast");
        theOtherWasFaster(orders, slow, servers);
    }

    private static void theOtherWasFaster(LoadBalancer orders, ScriptedServer slow, ScriptedServer... servers) {
        Eventually.until("the slow server sees that nobody waits", () -> slow.openConnections() == 0);
        Eventually.until(
                "both have ended",
                orders::snapshot,
                () -> outcomes(orders, slow, Kind.CANCELLED) == 1
                        && outcomes(orders, other(slow, servers), Kind.SUCCESS) == 1);
        assertThat(outcomes(orders, slow, Kind.SUCCESS)).isZero();
        assertThat(outcomes(orders, slow, Kind.FAILED)).isZero();
        assertThat(orders.snapshot().instance(slow.hostPort()).latency()).isZero();
        assertThat(orders.snapshot().purse()).as("paid for").isLessThan(9.9);
    }

    @Test
    final void takesTheFirstAnswerIfThatIsFasterAfterAll() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedServer[] servers = servers(2, ScriptedReply.ok("first").withHeadAfter(gate), ScriptedReply.silence());
        LoadBalancer orders = byTheClock(servers);
        RecordedCall call = new RecordedCall();
        hedging(orders).sendAsync(ContractCall.get("http://orders/x"), call);
        ScriptedServer first = awaitFirst(servers);
        clock.advance(DELAY);
        ScriptedServer hedge = other(first, servers);
        Eventually.until("the hedge is there", () -> hedge.requestCount() == 1);
        gate.countDown();
        try (ContractAnswer answer = call.answer()) {
            assertThat(text(answer)).isEqualTo("first");
            assertThat(answer.instance()).contains(first.instance());
        }
        Eventually.until("the hedge sees that nobody waits", () -> hedge.openConnections() == 0);
        Eventually.until("it has ended", () -> outcomes(orders, hedge, Kind.CANCELLED) == 1);
        assertThat(outcomes(orders, first, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    final void waitsForTheOtherWhenOneOfTwoFails() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedServer[] servers = servers(2, ScriptedReply.ok("first").withHeadAfter(gate), ScriptedReply.hangUp());
        LoadBalancer orders = byTheClock(servers);
        RecordedCall call = new RecordedCall();
        hedging(orders).sendAsync(ContractCall.get("http://orders/x"), call);
        ScriptedServer first = awaitFirst(servers);
        clock.advance(DELAY);
        Eventually.until("the hedge fails", () -> outcomes(orders, other(first, servers), Kind.FAILED) == 1);
        assertThat(call.timesTold()).isZero();
        gate.countDown();
        try (ContractAnswer answer = call.answer()) {
            assertThat(text(answer)).isEqualTo("first");
        }
    }

    @Test
    final void makesOneHedgeOnly() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedReply slow = ScriptedReply.ok("slow").withHeadAfter(gate);
        ScriptedServer[] servers = servers(3, slow, slow, slow);
        LoadBalancer orders = byTheClock(servers);
        RecordedCall call = new RecordedCall();
        hedging(orders).sendAsync(ContractCall.get("http://orders/x"), call);
        awaitFirst(servers);
        clock.advance(DELAY);
        Eventually.until("both are there", () -> arrived.get() == 2);
        clock.advance(DELAY);
        assertThat(picks(orders)).isEqualTo(2);
        gate.countDown();
        call.answer().close();
        assertThat(arrived).hasValue(2);
    }

    @Test
    final void makesNoHedgeOfWhatMayNotBeExecutedTwice() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedServer[] servers = servers(2, ScriptedReply.ok("once").withHeadAfter(gate));
        LoadBalancer orders = byTheClock(servers);
        RecordedCall call = new RecordedCall();
        hedging(orders).sendAsync(ContractCall.post("http://orders/x", "body"), call);
        awaitFirst(servers);
        clock.advance(DELAY);
        assertThat(picks(orders)).isEqualTo(1);
        gate.countDown();
        call.answer().close();
        assertThat(arrived).hasValue(1);
    }

    @Test
    final void makesNoHedgeWhenTooFewAreWell() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedServer[] servers = servers(2, ScriptedReply.ok("only").withHeadAfter(gate));
        HealthProbe sick = (instance, context) -> CompletableFuture.completedFuture(ProbeResult.sick("by the test"));
        LoadBalancer orders = byTheClock(builder -> builder.healthCheck(sick), servers);
        clock.advance(Duration.ofMinutes(1));
        assertThat(orders.snapshot().isFailOpen()).isTrue();
        RecordedCall call = new RecordedCall();
        hedging(orders).sendAsync(ContractCall.get("http://orders/x"), call);
        awaitFirst(servers);
        clock.advance(DELAY);
        assertThat(picks(orders)).isEqualTo(1);
        gate.countDown();
        call.answer().close();
    }

    @Test
    final void endsBothWhenTheCallerDoesNotWaitAnyMore() throws Exception {
        ScriptedServer[] servers = servers(2, ScriptedReply.silence());
        LoadBalancer orders = byTheClock(servers);
        RecordedCall call = new RecordedCall();
        Runnable cancel = hedging(orders).sendAsync(ContractCall.get("http://orders/x"), call);
        awaitFirst(servers);
        clock.advance(DELAY);
        Eventually.until("both are there", () -> arrived.get() == 2);
        cancel.run();
        assertThat(call.failure()).isNotNull();
        awaitNobodyWaits(servers);
        for (ScriptedServer server : servers) {
            Eventually.until("it has ended", () -> outcomes(orders, server, Kind.CANCELLED) == 1);
        }
        assertThat(call.timesTold()).isEqualTo(1);
        assertThat(arrived).hasValue(2);
    }

    // ---- the time of an attempt

    @Test
    final void movesOnWhenAnAttemptTakesTooLong() throws Exception {
        ScriptedServer[] servers = servers(2, ScriptedReply.silence(), ScriptedReply.ok("in time"));
        LoadBalancer orders = byTheClock(servers);
        ContractClient client = client(ContractOptions.of(orders).withRetries(IN_TURN));
        RecordedCall call = new RecordedCall();
        client.sendAsync(ContractCall.get("http://orders/x"), call);
        ScriptedServer slow = awaitFirst(servers);
        clock.advance(ATTEMPT);
        try (ContractAnswer answer = call.answer()) {
            assertThat(text(answer)).isEqualTo("in time");
            assertThat(answer.instance()).contains(other(slow, servers).instance());
        }
        wasTooSlow(orders, slow);
    }

    @Test
    final void movesOnWhenAnAttemptOfABlockingCallTakesTooLong() throws Exception {
        ScriptedServer[] servers = servers(2, ScriptedReply.silence(), ScriptedReply.ok("in time"));
        LoadBalancer orders = byTheClock(servers);
        ContractClient client = client(ContractOptions.of(orders).withRetries(IN_TURN));
        Background<ContractAnswer> call = Background.of(() -> client.send(ContractCall.get("http://orders/x")));
        ScriptedServer slow = awaitFirst(servers);
        clock.advance(ATTEMPT);
        assertThat(text(call.get())).isEqualTo("in time");
        wasTooSlow(orders, slow);
    }

    private static void wasTooSlow(LoadBalancer orders, ScriptedServer slow) {
        Eventually.until("the slow server sees that nobody waits", () -> slow.openConnections() == 0);
        assertThat(outcomes(orders, slow, Kind.FAILED)).isEqualTo(1);
        assertThat(outcomes(orders, slow, Kind.CANCELLED)).isZero();
    }

    @Test
    final void failsWhenTheLastAttemptTakesTooLong() throws Exception {
        ScriptedServer[] servers = servers(2, ScriptedReply.silence());
        LoadBalancer orders = byTheClock(servers);
        RecordedCall call = new RecordedCall();
        client(ContractOptions.of(orders).withRetries(IN_TURN)).sendAsync(ContractCall.get("http://orders/x"), call);
        awaitFirst(servers);
        clock.advance(ATTEMPT);
        Eventually.until("the second one is there", () -> arrived.get() == 2);
        clock.advance(ATTEMPT);
        Throwable failure = call.failure();
        assertThat(failure).isInstanceOf(IOException.class);
        assertThat(AttemptHistory.of(failure))
                .extracting(attempt -> attempt.outcome().kind())
                .containsExactly(Kind.FAILED, Kind.FAILED);
        assertThat(AttemptHistory.of(failure))
                .extracting(AttemptHistory.Entry::instanceId)
                .containsExactlyInAnyOrder(servers[0].hostPort(), servers[1].hostPort());
    }

    @Test
    final void endsAnAttemptThatTakesTooLongAndMayNotBeRepeated() throws Exception {
        ScriptedServer[] servers = servers(2, ScriptedReply.silence());
        LoadBalancer orders = byTheClock(servers);
        RecordedCall call = new RecordedCall();
        client(ContractOptions.of(orders).withRetries(IN_TURN))
                .sendAsync(ContractCall.post("http://orders/x", "body"), call);
        ScriptedServer slow = awaitFirst(servers);
        clock.advance(ATTEMPT);
        assertThat(call.failure()).isInstanceOf(IOException.class);
        wasTooSlow(orders, slow);
        assertThat(arrived).hasValue(1);
    }

    /** An answer that has begun is the caller's, and takes what time it takes. */
    @Test
    final void givesABodyAllTheTimeOfTheCall() throws Exception {
        CountDownLatch rest = new CountDownLatch(1);
        ScriptedServer[] servers =
                servers(2, ScriptedReply.ok("first half, second half").withRestAfter(rest));
        LoadBalancer orders = byTheClock(servers);
        ContractClient client = client(ContractOptions.of(orders).withRetries(IN_TURN));
        try (ContractAnswer answer = client.open(ContractCall.get("http://orders/x"))) {
            clock.advance(ATTEMPT);
            rest.countDown();
            assertThat(text(answer)).isEqualTo("first half, second half");
        }
    }

    // ---- the time of a call

    /** By the clock of the balancer, which goes by what the client was told. */
    @Test
    final void endsTheSecondAttemptWhenTheTimeOfTheCallIsUp() throws Exception {
        ScriptedServer[] servers = servers(2, ScriptedReply.hangUp(), ScriptedReply.silence());
        LoadBalancer orders = byTheClock(servers);
        RetryPolicy atOnce =
                RetryPolicy.builder().backoff(Duration.ZERO, Duration.ZERO).build();
        RecordedCall call = new RecordedCall();
        client(ContractOptions.of(orders).withRetries(atOnce).withCallTimeout(LONG))
                .sendAsync(ONCE_ON_THE_WIRE, call);
        Eventually.until("the second one is there", () -> arrived.get() == 2);
        clock.advance(LONG);
        assertThat(call.failure())
                .isInstanceOf(IOException.class)
                .satisfies(failure -> assertThat(AttemptHistory.of(failure)).hasSize(2));
        awaitNobodyWaits(servers);
        assertThat(arrived).hasValue(2);
    }

    @Test
    final void endsBothHedgesWhenTheTimeOfTheCallIsUp() throws Exception {
        ScriptedServer[] servers = servers(2, ScriptedReply.silence());
        LoadBalancer orders = byTheClock(servers);
        RecordedCall call = new RecordedCall();
        client(hedged(orders).withCallTimeout(LONG)).sendAsync(ContractCall.get("http://orders/x"), call);
        awaitFirst(servers);
        clock.advance(DELAY);
        Eventually.until("both are there", () -> arrived.get() == 2);
        clock.advance(LONG);
        assertThat(call.failure())
                .isInstanceOf(IOException.class)
                .satisfies(failure -> assertThat(AttemptHistory.of(failure)).hasSize(2));
        awaitNobodyWaits(servers);
        assertThat(call.timesTold()).isEqualTo(1);
    }

    /** In real time, by whatever clock the client goes. */
    @Test
    final void endsACallAndItsBodyWhenTheTimeOfTheCallIsUp() throws Exception {
        RetryPolicy limited = RetryPolicy.builder().attemptTimeout(LONG).build();
        for (ScriptedReply reply : List.of(ScriptedReply.silence(), ScriptedReply.endless())) {
            for (RetryPolicy retries : List.of(RetryPolicy.defaults(), limited)) {
                ScriptedServer server = server().reply(reply);
                LoadBalancer orders = orders(server);
                ContractClient client =
                        client(ContractOptions.of(orders).withRetries(retries).withCallTimeout(SHORT));
                assertThatThrownBy(() -> {
                            try (ContractAnswer answer = client.open(ContractCall.get("http://orders/x"))) {
                                answer.body().readAllBytes();
                            }
                        })
                        .isInstanceOf(IOException.class);
                awaitNobodyWaits(server);
            }
        }
    }

    @Test
    final void beginsNoAttemptThatCannotComeToItsEnd() throws Exception {
        Duration usual = LONG.dividedBy(5);
        CountDownLatch[] gates = {new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1)};
        ScriptedReply answered = ScriptedReply.ok("slow").withHeader("Connection", "close");
        ScriptedServer[] servers = servers(
                2,
                answered.withHeadAfter(gates[0]),
                answered.withHeadAfter(gates[1]),
                ScriptedReply.hangUp().withHeadAfter(gates[2]));
        LoadBalancer orders = byTheClock(servers);
        ContractClient client = client(ContractOptions.of(orders).withCallTimeout(LONG));
        for (int i = 0; i < 2; i++) {
            RecordedCall call = new RecordedCall();
            client.sendAsync(ONCE_ON_THE_WIRE, call);
            takes(usual, gates[i], i + 1);
            try (ContractAnswer answer = call.answer()) {
                assertThat(text(answer)).isEqualTo("slow");
            }
        }
        assertThat(orders.snapshot().instances())
                .allSatisfy(instance -> assertThat(instance.latency()).isEqualTo(usual));
        RecordedCall call = new RecordedCall();
        client.sendAsync(ONCE_ON_THE_WIRE, call);
        takes(LONG.minus(usual.dividedBy(2)), gates[2], 3);
        assertThat(call.failure()).isInstanceOf(IOException.class);
        assertThat(picks(orders)).isEqualTo(3);
        assertThat(arrived).hasValue(3);
    }

    private void takes(Duration time, CountDownLatch gate, int request) {
        Eventually.until("the request is there", () -> arrived.get() == request);
        clock.advance(time);
        gate.countDown();
    }

    // ---- what they have in common

    /** Servers that answer like this, in the order in which requests arrive at any of them; and with the last from then on. */
    private ScriptedServer[] servers(int count, ScriptedReply... replies) {
        ScriptedServer[] servers = new ScriptedServer[count];
        Arrays.setAll(servers, i -> server());
        for (ScriptedServer server : servers) {
            server.reply(request -> replies[Math.min(arrived.getAndIncrement(), replies.length - 1)]);
        }
        return servers;
    }

    private LoadBalancer byTheClock(ScriptedServer... servers) {
        return byTheClock(builder -> builder, servers);
    }

    private LoadBalancer byTheClock(UnaryOperator<LoadBalancerBuilder> settings, ScriptedServer... servers) {
        return orders(
                builder -> settings.apply(builder.ticker(clock)
                        .scheduler(clock)
                        .executor(Runnable::run)
                        .strategy(Strategies.roundRobin())),
                servers);
    }

    private static ContractOptions hedged(LoadBalancer orders) {
        return ContractOptions.of(orders).withHedging(HedgePolicy.after(DELAY));
    }

    private ContractClient hedging(LoadBalancer orders) {
        return client(hedged(orders));
    }

    private ScriptedServer awaitFirst(ScriptedServer... servers) {
        Eventually.until("the first request is there", () -> arrived.get() >= 1);
        return Arrays.stream(servers)
                .filter(server -> server.requestCount() == 1)
                .findFirst()
                .orElseThrow();
    }

    private static ScriptedServer other(ScriptedServer one, ScriptedServer... servers) {
        return List.of(servers).get(servers[0] == one ? 1 : 0);
    }

    private static void awaitNobodyWaits(ScriptedServer... servers) {
        for (ScriptedServer server : servers) {
            Eventually.until("the server sees that nobody waits", () -> server.openConnections() == 0);
        }
    }

    private static String text(ContractAnswer answer) throws IOException {
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }
}
