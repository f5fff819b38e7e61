package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.NoInstanceAvailableException;
import dev.evenkeel.lb.PoolSaturatedException;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * What every HTTP client that balances must do, whatever the client. An adapter's test class extends this and says how
 * its client is made; what an adapter does beyond it has tests of its own.
 *
 * <pre>{@code
 * class BalancedHttpClientTest extends BalancedClientContract {
 *
 *     @Override
 *     protected ContractClient newClient(ContractOptions options) {
 *         return new JdkContractClient(options);
 *     }
 * }
 * }</pre>
 *
 * <p>After every test nothing may be in flight, no call may have ended without saying how it went, and no thread of the
 * library may be left.
 */
public abstract class BalancedClientContract extends BodyContract {

    private static final Duration LONG = Eventually.PATIENCE.multipliedBy(2);

    /** For adapters to call. */
    protected BalancedClientContract() {}

    // ---- there is nobody to call

    @Test
    final void failsWithAConnectExceptionWhenAllRefuse() throws Exception {
        LoadBalancer orders = orders(refusingServer(), refusingServer());
        ContractClient client = client(orders);
        assertThatThrownBy(() -> client.send(ContractCall.get("http://orders/x")))
                .isInstanceOf(ConnectException.class);
        RecordedCall call = new RecordedCall();
        client.sendAsync(ContractCall.get("http://orders/x"), call);
        assertThat(call.failure()).isInstanceOf(ConnectException.class);
        assertThat(call.timesTold()).isEqualTo(1);
    }

    @Test
    final void failsWithAConnectExceptionWithoutInstances() throws Exception {
        LateSource source = new LateSource();
        LoadBalancer orders = balancer(LoadBalancer.builder("orders")
                .source(source)
                .acceptEmptyLists(true)
                .firstListTimeout(LONG));
        source.deliver();
        ContractClient client = client(orders);
        assertThatThrownBy(() -> client.send(ContractCall.get("http://orders/x")))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("orders")
                .hasCauseInstanceOf(NoInstanceAvailableException.class);
        RecordedCall call = new RecordedCall();
        client.sendAsync(ContractCall.get("http://orders/x"), call);
        assertThat(call.failure())
                .isInstanceOf(ConnectException.class)
                .hasCauseInstanceOf(NoInstanceAvailableException.class);
        assertThat(call.timesTold()).isEqualTo(1);
    }

    @Test
    final void failsWithAConnectExceptionWhenAllAreAtTheirLimit() throws Exception {
        ScriptedServer server = server();
        server.reply(ScriptedReply.endless());
        LoadBalancer orders = orders(builder -> builder.maxInFlightPerInstance(1), server);
        ContractClient client = client(orders);
        try (ContractAnswer busy = client.open(ContractCall.get("http://orders/x"))) {
            assertThat(busy.status()).isEqualTo(200);
            assertThatThrownBy(() -> client.send(ContractCall.get("http://orders/y")))
                    .isInstanceOf(ConnectException.class)
                    .hasCauseInstanceOf(PoolSaturatedException.class);
            RecordedCall call = new RecordedCall();
            client.sendAsync(ContractCall.get("http://orders/y"), call);
            assertThat(call.failure())
                    .isInstanceOf(ConnectException.class)
                    .hasCauseInstanceOf(PoolSaturatedException.class);
        }
        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    final void failsWithAnIoExceptionWhenTheBalancerIsClosed() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractClient client = client(orders);
        orders.close();
        assertThatThrownBy(() -> client.send(ContractCall.get("http://orders/x")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
        RecordedCall call = new RecordedCall();
        client.sendAsync(ContractCall.get("http://orders/x"), call);
        assertThat(call.failure()).isInstanceOf(IOException.class);
        assertThat(server.requestCount()).isZero();
    }

    @Test
    final void letsACallThatIsInFlightEndAfterTheBalancerIsClosed() throws Exception {
        ScriptedServer server = server();
        CountDownLatch rest = new CountDownLatch(1);
        server.reply(ScriptedReply.ok("first half, second half").withRestAfter(rest));
        LoadBalancer orders = orders(server);
        ContractAnswer answer = client(orders).open(ContractCall.get("http://orders/x"));
        orders.close();
        rest.countDown();
        assertThat(answer.body().readAllBytes()).hasSize(23);
        answer.close();
    }

    @Test
    final void leavesTheBalancerOpenWhenTheClientIsClosed() throws Exception {
        LoadBalancer orders = orders(server());
        ContractClient client = client(orders);
        client.send(ContractCall.get("http://orders/x"));
        client.close();
        orders.acquire().succeeded();
    }

    // ---- waiting for the first list

    @Test
    final void waitsForTheFirstList() throws Exception {
        ScriptedServer server = server();
        LateSource source = new LateSource();
        LoadBalancer orders =
                balancer(LoadBalancer.builder("orders").source(source).firstListTimeout(LONG));
        ContractClient client = client(orders);
        RecordedCall async = new RecordedCall();
        client.sendAsync(ContractCall.get("http://orders/async"), async);
        Background<ContractAnswer> blocking =
                Background.of(() -> client.send(ContractCall.get("http://orders/blocking")));
        blocking.awaitWaiting();
        assertThat(async.timesTold()).isZero();
        source.deliver(server);
        assertThat(blocking.get().status()).isEqualTo(200);
        try (ContractAnswer answer = async.answer()) {
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(server.requestCount()).isEqualTo(2);
    }

    @Test
    final void givesUpWaitingForAFirstListThatDoesNotCome() throws Exception {
        LoadBalancer orders = balancer(
                LoadBalancer.builder("orders").source(new LateSource()).firstListTimeout(Duration.ofMillis(50)));
        ContractClient client = client(orders);
        assertThatThrownBy(() -> client.send(ContractCall.get("http://orders/x")))
                .isInstanceOf(ConnectException.class)
                .hasCauseInstanceOf(NoInstanceAvailableException.class);
    }

    @Test
    final void leavesNothingBehindWhenACallIsInterruptedWhileItWaits() throws Exception {
        ScriptedServer server = server();
        LateSource source = new LateSource();
        LoadBalancer orders =
                balancer(LoadBalancer.builder("orders").source(source).firstListTimeout(LONG));
        ContractClient client = client(orders);
        Background<ContractAnswer> blocking = Background.of(() -> client.send(ContractCall.get("http://orders/x")));
        blocking.awaitWaiting();
        blocking.interrupt();
        assertThat(blocking.failure()).isInstanceOfAny(InterruptedException.class, InterruptedIOException.class);
        source.deliver(server);
        assertThat(client.send(ContractCall.get("http://orders/next")).status()).isEqualTo(200);
        assertThat(picks(orders)).isEqualTo(1);
    }

    @Test
    final void leavesNothingBehindWhenACallIsCancelledWhileItWaits() throws Exception {
        ScriptedServer server = server();
        LateSource source = new LateSource();
        LoadBalancer orders =
                balancer(LoadBalancer.builder("orders").source(source).firstListTimeout(LONG));
        ContractClient client = client(orders);
        RecordedCall call = new RecordedCall();
        Runnable cancel = client.sendAsync(ContractCall.get("http://orders/x"), call);
        cancel.run();
        assertThat(call.failure()).isNotNull();
        source.deliver(server);
        assertThat(client.send(ContractCall.get("http://orders/next")).status()).isEqualTo(200);
        assertThat(server.requests()).extracting(RecordedRequest::target).containsExactly("/next");
        assertThat(call.timesTold()).isEqualTo(1);
    }

    // ---- asynchronous calls

    @Test
    final void callsBackOnce() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractClient client = client(orders);
        RecordedCall call = new RecordedCall();
        Runnable cancel = client.sendAsync(ContractCall.get("http://orders/x"), call);
        try (ContractAnswer answer = call.answer()) {
            assertThat(answer.instance()).contains(server.instance());
            assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("ok");
        }
        Eventually.until("the call has ended", () -> orders.snapshot().inFlight() == 0);
        cancel.run();
        assertThat(call.timesTold()).isEqualTo(1);
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    final void cancelsACallThatIsNotAnswered() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        one.reply(ScriptedReply.silence());
        two.reply(ScriptedReply.silence());
        LoadBalancer orders = orders(builder -> builder.strategy(Strategies.roundRobin()), one, two);
        RecordedCall call = new RecordedCall();
        Runnable cancel = client(orders).sendAsync(ContractCall.get("http://orders/x"), call);
        Eventually.until("a server has the request", () -> one.requestCount() + two.requestCount() == 1);
        cancel.run();
        assertThat(call.failure()).isNotNull();
        Eventually.until("the call has ended", () -> orders.snapshot().inFlight() == 0);
        Eventually.until("the server sees that nobody waits", () -> one.openConnections() + two.openConnections() == 0);
        assertThat(one.requestCount() + two.requestCount()).isEqualTo(1);
        assertThat(outcomes(orders, one, Kind.CANCELLED) + outcomes(orders, two, Kind.CANCELLED))
                .isEqualTo(1);
        assertThat(call.timesTold()).isEqualTo(1);
    }

    @Test
    final void endsAStreamThatIsCancelledAndClosed() throws Exception {
        ScriptedServer server = server();
        server.reply(ScriptedReply.endless());
        LoadBalancer orders = orders(server);
        RecordedCall call = new RecordedCall();
        Runnable cancel = client(orders).sendAsync(ContractCall.get("http://orders/x"), call);
        ContractAnswer answer = call.answer();
        assertThat(answer.body().read()).isEqualTo('o');
        cancel.run();
        answer.close();
        Eventually.until("the call has ended", () -> orders.snapshot().inFlight() == 0);
        Eventually.until("the server sees that nobody reads", () -> server.openConnections() == 0);
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(1);
        assertThat(call.timesTold()).isEqualTo(1);
    }

    // ---- everything at once

    @Test
    final void keepsItsCountThroughAnyMixOfCalls() throws Exception {
        ScriptedServer one = server().countingOnly();
        ScriptedServer two = server().countingOnly();
        ScriptedServer dead = refusingServer();
        LoadBalancer orders = orders(builder -> builder.strategy(Strategies.roundRobin()), one, two, dead);
        MixedCalls mixed = new MixedCalls(client(orders), one, two);
        mixed.run();
        Eventually.until(
                "nothing is in flight",
                orders::snapshot,
                () -> orders.snapshot().inFlight() == 0);
        assertThat(picks(orders))
                .as("only a call that is cancelled before it begins goes without a pick")
                .isGreaterThan(MixedCalls.CALLS * 3 / 4);
        for (ScriptedServer alive : new ScriptedServer[] {one, two}) {
            assertThat(outcomes(orders, alive, Kind.SUCCESS)).isPositive();
            assertThat(outcomes(orders, alive, Kind.FAILED)).isPositive();
            assertThat(outcomes(orders, alive, Kind.CANCELLED)).isPositive();
        }
        assertThat(outcomes(orders, dead, Kind.NEVER_REACHED)).isPositive();
        assertThat(outcomes(orders, dead, Kind.FAILED)).isZero();
        assertThat(client(orders(one))
                        .send(ContractCall.get("http://orders/ok"))
                        .status())
                .isEqualTo(200);
    }
}
