package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What a client does that balances when an instance fails: it makes the call at another one, if that harms nobody, and tells
 * the caller the truth if nothing helps. An adapter's test class extends this like {@link BalancedClientContract}.
 */
public abstract class RetryContract extends ContractFixture {

    private static final String URL = "http://orders/x";

    private static final RetryPolicy ON_STATUS =
            RetryPolicy.builder().onStatus(502, 503, 504).build();

    /** A pause that does not end where time stands still. */
    private static final RetryPolicy LONG_PAUSES = RetryPolicy.builder()
            .backoff(Duration.ofMinutes(1), Duration.ofMinutes(1))
            .build();

    private final VirtualClock clock = new VirtualClock();

    /** For adapters to call. */
    protected RetryContract() {}

    /** Whether an interrupt ends a blocking call that waits for its answer: not every client notices. */
    protected boolean canBeInterruptedWhileItWaits() {
        return true;
    }

    // ---- what is made again

    @Test
    final void makesAnyCallAtAnotherInstanceThatWasNotSent() throws Exception {
        ScriptedServer dead = refusingServer();
        ScriptedServer alive = server();
        LoadBalancer orders = inOrder(dead, alive);
        ContractClient client = client(orders);
        for (ContractCall call : List.of(
                ContractCall.get(URL),
                ContractCall.post(URL, "posted"),
                ContractCall.of("PATCH", URL).withBody("patched"),
                ContractCall.post(URL, "posted once").withBodyOnce())) {
            ContractAnswer answer = client.send(call);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.instance()).contains(alive.instance());
        }
        assertThat(alive.requests())
                .extracting(RecordedRequest::body)
                .containsExactly("", "posted", "patched", "posted once");
        assertThat(outcomes(orders, dead, Kind.NEVER_REACHED)).isEqualTo(4);
        assertThat(outcomes(orders, alive, Kind.SUCCESS)).isEqualTo(4);
        assertThat(orders.snapshot().purse()).as("retries are paid for").isLessThan(10);
    }

    @Test
    final void makesAnAsynchronousCallAtAnotherInstance() throws Exception {
        ScriptedServer alive = server();
        RecordedCall call = new RecordedCall();
        client(inOrder(refusingServer(), alive)).sendAsync(ContractCall.post(URL, "posted"), call);
        try (ContractAnswer answer = call.answer()) {
            assertThat(answer.instance()).contains(alive.instance());
        }
        assertThat(call.timesTold()).isEqualTo(1);
        assertThat(alive.requests()).extracting(RecordedRequest::body).containsExactly("posted");
    }

    @Test
    final void makesACallAtAnotherInstanceThatMayBeExecutedTwice() throws Exception {
        for (ScriptedReply fault : List.of(ScriptedReply.hangUp(), ScriptedReply.reset(), ScriptedReply.garbage())) {
            ScriptedServer failing = server().reply(fault);
            ScriptedServer alive = server();
            LoadBalancer orders = inOrder(failing, alive);
            ContractClient client = client(orders);
            for (ContractCall call : List.of(
                    ContractCall.get(URL),
                    ContractCall.put(URL, "put"),
                    ContractCall.of("DELETE", URL),
                    ContractCall.of("HEAD", URL))) {
                assertThat(client.send(call).instance())
                        .as("%s %s", fault, call)
                        .contains(alive.instance());
            }
            assertThat(alive.requests())
                    .extracting(RecordedRequest::body)
                    .as("%s", fault)
                    .containsExactly("", "put", "", "");
            assertThat(outcomes(orders, failing, Kind.FAILED)).isEqualTo(4);
        }
    }

    /** On a new connection, and on one that has been used, where clients like to try once more. */
    @Test
    final void sendsOnceWhatMayHaveAnEffect() throws Exception {
        ScriptedServer failing = server();
        ScriptedServer alive = server();
        ContractClient client = client(inOrder(failing, alive));
        for (ScriptedReply fault : List.of(ScriptedReply.hangUp(), ScriptedReply.reset(), ScriptedReply.garbage())) {
            failing.reply(request -> request.method().equals("POST") ? fault : ScriptedReply.ok("ok"));
            assertThatThrownBy(() -> client.send(ContractCall.post(URL, "10")))
                    .as("%s", fault)
                    .isInstanceOf(IOException.class);
            client.send(ContractCall.get(URL));
            assertThatThrownBy(() -> client.send(ContractCall.post(URL, "10")))
                    .as("%s", fault)
                    .isInstanceOf(IOException.class);
        }
        assertThat(failing.requests())
                .filteredOn(request -> request.method().equals("POST"))
                .hasSize(6);
        assertThat(alive.requestCount()).isZero();
    }

    @Test
    final void sendsABodyOnceThatIsThereOnce() throws Exception {
        ScriptedServer failing = server().reply(ScriptedReply.hangUp());
        ScriptedServer alive = server();
        ContractClient client =
                client(ContractOptions.of(inOrder(failing, alive)).withReplayHeader("X-Replay"));
        for (ContractCall call : List.of(
                ContractCall.put(URL, "once").withBodyOnce(),
                ContractCall.post(URL, "once").withBodyOnce().withHeader("X-Replay", Replay.ALWAYS.name()))) {
            assertThatThrownBy(() -> client.send(call)).as("%s", call).isInstanceOf(IOException.class);
        }
        assertThat(failing.requests()).extracting(RecordedRequest::body).containsExactly("once", "once");
        assertThat(alive.requestCount()).isZero();
    }

    @Test
    final void heedsWhatTheCallerSaysOfReplays() throws Exception {
        ScriptedServer failing = server().reply(ScriptedReply.hangUp());
        ScriptedServer alive = server();
        ContractClient client =
                client(ContractOptions.of(inOrder(failing, alive)).withReplayHeader("X-Replay"));
        assertThat(client.send(ContractCall.post(URL, "10").withHeader("X-Replay", Replay.ALWAYS.name()))
                        .instance())
                .contains(alive.instance());
        assertThatThrownBy(() -> client.send(ContractCall.put(URL, "10").withHeader("X-Replay", Replay.UNSENT.name())))
                .isInstanceOf(IOException.class);
        failing.stop();
        assertThat(client.send(ContractCall.put(URL, "10").withHeader("X-Replay", Replay.UNSENT.name()))
                        .instance())
                .contains(alive.instance());
        assertThatThrownBy(() -> client.send(ContractCall.get(URL).withHeader("X-Replay", Replay.NEVER.name())))
                .isInstanceOf(IOException.class);
        assertThat(alive.requestCount()).isEqualTo(2);
    }

    @Test
    final void makesNoCallAgainIfToldNotTo() throws Exception {
        ScriptedServer alive = server();
        ContractClient client =
                client(ContractOptions.of(inOrder(refusingServer(), alive)).withRetries(RetryPolicy.off()));
        assertThatThrownBy(() -> client.send(ContractCall.get(URL))).isInstanceOf(ConnectException.class);
        assertThat(alive.requestCount()).isZero();
    }

    @Test
    final void goesOnInTheOrderOfTheKey() throws Exception {
        ScriptedServer[] servers = {server(), server(), server()};
        ContractClient client =
                client(orders(builder -> builder.strategy(Strategies.stickyKey(Strategies.roundRobin())), servers));
        ContractCall call = ContractCall.get(URL).withPickRequest(PickRequest.stickyTo("ada"));
        ServiceInstance first = client.send(call).instance().orElseThrow();
        ScriptedServer failing = Arrays.stream(servers)
                .filter(server -> server.instance().equals(first))
                .findFirst()
                .orElseThrow();
        failing.stop();
        ServiceInstance second = client.send(call).instance().orElseThrow();
        assertThat(second).isNotEqualTo(first);
        for (int i = 0; i < 3; i++) {
            assertThat(client.send(call).instance()).contains(second);
        }
        failing.restart();
        assertThat(client.send(call).instance()).contains(first);
    }

    @Test
    final void makesWhatARedirectLeadsToAgain() throws Exception {
        ScriptedServer alive = server();
        alive.reply(request -> request.target().equals("/moved")
                ? ScriptedReply.ok("here")
                : ScriptedReply.status(302).withHeader("Location", "/moved"));
        ContractClient client =
                client(ContractOptions.of(inOrder(refusingServer(), alive)).withRedirects());
        assertThat(text(client.send(ContractCall.get(URL)))).isEqualTo("here");
        assertThat(alive.requests()).extracting(RecordedRequest::target).containsExactly("/x", "/moved");
    }

    // ---- answers that are better got elsewhere

    @Test
    final void getsElsewhereWhatAnInstanceIsUnableToAnswer() throws Exception {
        ScriptedServer unable = server().reply(RetryContract::statusOfTarget);
        ScriptedServer able = server().reply(ScriptedReply.ok("that"));
        LoadBalancer orders = inOrder(unable, able);
        ContractClient client = client(ContractOptions.of(orders).withRetries(ON_STATUS));
        for (int status : new int[] {502, 503, 504}) {
            ContractAnswer answer = client.send(ContractCall.get("http://orders/" + status));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.instance()).contains(able.instance());
            assertThat(text(answer)).isEqualTo("that");
        }
        RecordedCall call = new RecordedCall();
        client.sendAsync(ContractCall.put("http://orders/503", "put"), call);
        try (ContractAnswer answer = call.answer()) {
            assertThat(text(answer)).isEqualTo("that");
        }
        assertThat(call.timesTold()).isEqualTo(1);
        assertThat(outcomes(orders, unable, Kind.OVERLOADED)).isEqualTo(2);
        assertThat(outcomes(orders, unable, Kind.FAILED)).isEqualTo(2);
        assertThat(unable.requestCount()).isEqualTo(4);
    }

    @Test
    final void givesTheCallerWhatIsNotBetterGotElsewhere() throws Exception {
        ScriptedServer unable = server().reply(RetryContract::statusOfTarget);
        ScriptedServer able = server();
        LoadBalancer orders = inOrder(unable, able);
        ContractClient client = client(ContractOptions.of(orders).withRetries(ON_STATUS));
        for (ContractCall call : List.of(
                ContractCall.get("http://orders/500"),
                ContractCall.get("http://orders/404"),
                ContractCall.post("http://orders/503", "may have an effect"))) {
            ContractAnswer answer = client.send(call);
            assertThat(answer.instance()).as("%s", call).contains(unable.instance());
            assertThat(text(answer)).isEqualTo("not this");
        }
        assertThat(client(orders).send(ContractCall.get("http://orders/503")).status())
                .as("unless asked to")
                .isEqualTo(503);
        assertThat(able.requestCount()).isZero();
    }

    @Test
    final void givesTheCallerTheLastAnswer() throws Exception {
        ScriptedServer one = server().reply(ScriptedReply.status(503).withBody("one"));
        ScriptedServer two = server().reply(ScriptedReply.status(504).withBody("two"));
        ContractClient client = client(ContractOptions.of(inOrder(one, two)).withRetries(ON_STATUS));
        ContractAnswer answer = client.send(ContractCall.get(URL));
        assertThat(answer.status()).isEqualTo(504);
        assertThat(text(answer)).isEqualTo("two");
        assertThat(one.requestCount()).isEqualTo(1);
        assertThat(two.requestCount()).isEqualTo(1);
    }

    @Test
    final void doesNotWaitForAnInstanceWhereThereIsAnother() throws Exception {
        ScriptedServer busy = server().reply(ScriptedReply.status(503).withHeader("Retry-After", "3600"));
        ScriptedServer free = server();
        ContractClient client = client(ContractOptions.of(inOrder(busy, free)).withRetries(ON_STATUS));
        assertThat(client.send(ContractCall.get(URL)).instance()).contains(free.instance());
    }

    @Test
    final void waitsForAnInstanceThatAsksToBeCalledLater() throws Exception {
        ScriptedServer asking = server();
        ScriptedServer full = server().reply(ScriptedReply.endless());
        List<Duration> called = new CopyOnWriteArrayList<>();
        asking.reply(request -> {
            called.add(clock.elapsed());
            return called.size() == 1
                    ? ScriptedReply.status(503).withHeader("Retry-After", "1")
                    : ScriptedReply.ok("now");
        });
        LoadBalancer orders = inOrder(builder -> timed(builder).maxInFlightPerInstance(1), asking, full);
        ContractClient client = client(ContractOptions.of(orders).withRetries(ON_STATUS));
        try (ContractAnswer stream = client.open(ContractCall.get(URL).withPickRequest(only(full)))) {
            assertThat(stream.status()).isEqualTo(200);
            RecordedCall call = new RecordedCall();
            client.sendAsync(ContractCall.get(URL), call);
            Eventually.until("it is called again", () -> {
                clock.advance(Duration.ofMillis(called.isEmpty() ? 0 : 100));
                return call.timesTold() == 1;
            });
            try (ContractAnswer answer = call.answer()) {
                assertThat(text(answer)).isEqualTo("now");
            }
        }
        assertThat(called).hasSize(2);
        assertThat(called.get(1).minus(called.get(0))).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    final void doesNotWaitForAnInstanceThatAsksForTooMuch() throws Exception {
        ScriptedServer asking = server().reply(
                        ScriptedReply.status(503).withHeader("Retry-After", "2").withBody("later"));
        ScriptedServer full = server().reply(ScriptedReply.endless());
        LoadBalancer orders = inOrder(builder -> timed(builder).maxInFlightPerInstance(1), asking, full);
        ContractClient client = client(ContractOptions.of(orders).withRetries(ON_STATUS));
        try (ContractAnswer stream = client.open(ContractCall.get(URL).withPickRequest(only(full)))) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(text(client.send(ContractCall.get(URL)))).isEqualTo("later");
        }
        assertThat(asking.requestCount()).isEqualTo(1);
    }

    // ---- what the caller is told

    @Test
    final void tellsOfTheAttemptsAndOfNothingElse() throws Exception {
        ScriptedServer failing = server().reply(ScriptedReply.hangUp());
        ScriptedServer dead = refusingServer();
        ContractClient client = client(inOrder(failing, dead));
        ContractCall call = ContractCall.get(URL + "?key=hidden").withHeader("Authorization", "hidden");
        RecordedCall async = new RecordedCall();
        client.sendAsync(call, async);
        for (Throwable failure : List.of(failureOf(client, call), async.failure())) {
            assertThat(failure).isInstanceOf(ConnectException.class);
            assertThat(AttemptHistory.of(failure))
                    .extracting(AttemptHistory.Entry::instanceId)
                    .containsExactly(failing.hostPort(), dead.hostPort());
            assertThat(AttemptHistory.of(failure))
                    .extracting(attempt -> attempt.outcome().kind())
                    .containsExactly(Kind.FAILED, Kind.NEVER_REACHED);
            assertThat(printed(failure))
                    .contains(failing.hostPort(), dead.hostPort())
                    .doesNotContain("hidden");
        }
    }

    @Test
    final void tellsOfAllThatAreDown() throws Exception {
        ScriptedServer one = refusingServer();
        ScriptedServer two = refusingServer();
        Throwable failure = failureOf(client(inOrder(one, two)), ContractCall.post(URL, "posted"));
        assertThat(failure).isInstanceOf(ConnectException.class);
        assertThat(AttemptHistory.of(failure))
                .extracting(AttemptHistory.Entry::instanceId)
                .containsExactly(one.hostPort(), two.hostPort());
    }

    // ---- the end

    @Test
    final void doesNotGoOnWhenTheTimeOfTheRequestIsOver() throws Exception {
        ScriptedServer silent = server().reply(ScriptedReply.silence());
        ScriptedServer alive = server();
        ContractClient client = client(inOrder(silent, alive));
        assertThatThrownBy(() -> client.send(ContractCall.get(URL).withTimeout(Duration.ofMillis(200))))
                .isInstanceOf(IOException.class);
        assertThat(silent.requestCount()).isEqualTo(1);
        assertThat(alive.requestCount()).isZero();
    }

    @Test
    final void isCancelledDuringTheSecondAttempt() throws Exception {
        ScriptedServer silent = server().reply(ScriptedReply.silence());
        ScriptedServer alive = server();
        LoadBalancer orders = inOrder(refusingServer(), silent, alive);
        RecordedCall call = new RecordedCall();
        Runnable cancel = client(orders).sendAsync(ContractCall.get(URL), call);
        Eventually.until("the second attempt is under way", () -> silent.requestCount() == 1);
        cancel.run();
        assertThat(call.failure()).isNotNull();
        Eventually.until("the call has ended", () -> orders.snapshot().inFlight() == 0);
        Eventually.until("the server sees that nobody waits", () -> silent.openConnections() == 0);
        assertThat(outcomes(orders, silent, Kind.CANCELLED)).isEqualTo(1);
        assertThat(alive.requestCount()).isZero();
        assertThat(call.timesTold()).isEqualTo(1);
    }

    @Test
    final void isCancelledDuringAPause() throws Exception {
        ScriptedServer failing = server().reply(ScriptedReply.hangUp());
        ScriptedServer alive = server();
        LoadBalancer orders = inOrder(this::timed, failing, alive);
        RecordedCall call = new RecordedCall();
        Runnable cancel =
                client(ContractOptions.of(orders).withRetries(LONG_PAUSES)).sendAsync(ContractCall.get(URL), call);
        Eventually.until("the first attempt is over", () -> outcomes(orders, failing, Kind.FAILED) == 1);
        assertThat(orders.snapshot().inFlight()).isZero();
        cancel.run();
        assertThat(call.failure()).isNotNull();
        clock.advance(Duration.ofMinutes(2));
        assertThat(picks(orders)).isEqualTo(1);
        assertThat(alive.requestCount()).isZero();
        assertThat(call.timesTold()).isEqualTo(1);
    }

    @Test
    final void isInterruptedDuringTheSecondAttempt() throws Exception {
        Assumptions.assumeTrue(canBeInterruptedWhileItWaits());
        ScriptedServer silent = server().reply(ScriptedReply.silence());
        ScriptedServer alive = server();
        LoadBalancer orders = inOrder(refusingServer(), silent, alive);
        ContractClient client = client(orders);
        Background<ContractAnswer> call = Background.of(() -> client.send(ContractCall.get(URL)));
        Eventually.until("the second attempt is under way", () -> silent.requestCount() == 1);
        call.interrupt();
        assertThat(call.failure()).isInstanceOfAny(InterruptedException.class, InterruptedIOException.class);
        Eventually.until("the call has ended", () -> orders.snapshot().inFlight() == 0);
        assertThat(outcomes(orders, silent, Kind.CANCELLED)).isEqualTo(1);
        assertThat(alive.requestCount()).isZero();
    }

    @Test
    final void isInterruptedDuringAPause() throws Exception {
        ScriptedServer failing = server().reply(ScriptedReply.hangUp());
        ScriptedServer alive = server();
        LoadBalancer orders = inOrder(this::timed, failing, alive);
        ContractClient client = client(ContractOptions.of(orders).withRetries(LONG_PAUSES));
        Background<ContractAnswer> call = Background.of(() -> client.send(ContractCall.get(URL)));
        Eventually.until("the first attempt is over", () -> outcomes(orders, failing, Kind.FAILED) == 1);
        call.interrupt();
        assertThat(call.failure()).isInstanceOfAny(InterruptedException.class, InterruptedIOException.class);
        clock.advance(Duration.ofMinutes(2));
        assertThat(picks(orders)).isEqualTo(1);
        assertThat(alive.requestCount()).isZero();
    }

    // ---- everything at once

    @Test
    final void neverExecutesTwiceWhatIsNotSafeToExecuteTwice() throws Exception {
        ScriptedServer[] servers = {server(), server(), server(), refusingServer()};
        LoadBalancer orders = orders(builder -> builder.strategy(Strategies.random()), servers);
        ContractClient client = client(ContractOptions.of(orders).withRetries(ON_STATUS));
        RandomFaults faults = new RandomFaults(26, orders, client, servers);
        faults.run();
        Eventually.until(
                "nothing is in flight",
                orders::snapshot,
                () -> orders.snapshot().inFlight() == 0);
        assertThat(faults.executedTooOften()).isEmpty();
        assertThat(faults.executedAgain()).isPositive();
    }

    // ---- words of the tests

    private LoadBalancer inOrder(ScriptedServer... servers) {
        return inOrder(builder -> builder, servers);
    }

    private LoadBalancer inOrder(UnaryOperator<LoadBalancerBuilder> settings, ScriptedServer... servers) {
        return orders(builder -> settings.apply(builder.strategy(IN_ORDER)), servers);
    }

    /** Pauses end when the test says so. */
    private LoadBalancerBuilder timed(LoadBalancerBuilder builder) {
        return builder.ticker(clock).scheduler(clock);
    }

    private static PickRequest only(ScriptedServer server) {
        return PickRequest.builder().only(server.hostPort()).build();
    }

    private static ScriptedReply statusOfTarget(RecordedRequest request) {
        return ScriptedReply.status(Integer.parseInt(request.target().substring(1)))
                .withBody("not this");
    }

    private static String text(ContractAnswer answer) throws IOException {
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static Throwable failureOf(ContractClient client, ContractCall call) throws InterruptedException {
        try {
            throw new AssertionError("failure: none, but " + client.send(call).status());
        } catch (IOException failure) {
            return failure;
        }
    }

    private static String printed(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }
}
