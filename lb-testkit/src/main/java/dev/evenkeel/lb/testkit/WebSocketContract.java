package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What a client does that balances WebSockets: one goes to one instance, and is in flight until it is closed, however that
 * happens. An adapter's test class extends this like {@link BalancedClientContract}.
 */
public abstract class WebSocketContract extends ContractFixture {

    private final Listener caller = new Listener();

    /** For adapters to call. */
    protected WebSocketContract() {}

    @Test
    final void isInFlightUntilTheCallerClosesIt() throws Exception {
        ScriptedServer server = server().reply(ScriptedReply.webSocket());
        LoadBalancer orders = orders(ContractFixture::ignoringPauses, server);
        ContractWebSocket socket = client(orders).openWebSocket("ws://orders/a%2Fb?x=%20", caller);
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        assertThat(orders.snapshot().instance(server.hostPort()).latency()).isPositive();
        socket.send("hello");
        assertThat(caller.received()).isEqualTo("hello");
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        socket.close();
        caller.awaitOver();
        Eventually.until("it has ended", () -> orders.snapshot().inFlight() == 0);
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(1);
        assertThat(server.requests()).extracting(RecordedRequest::target).containsExactly("/a%2Fb?x=%20");
    }

    @Test
    final void isInFlightUntilTheServerClosesIt() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedServer server = server().reply(ScriptedReply.webSocketUntil(gate));
        LoadBalancer orders = orders(server);
        client(orders).openWebSocket("ws://orders/x", caller);
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        gate.countDown();
        caller.awaitOver();
        Eventually.until("it has ended", () -> orders.snapshot().inFlight() == 0);
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    final void endsWhenTheCallerHangsUp() throws Exception {
        ScriptedServer server = server().reply(ScriptedReply.webSocket());
        LoadBalancer orders = orders(server);
        client(orders).openWebSocket("ws://orders/x", caller).abort();
        assertThat(orders.snapshot().inFlight()).isZero();
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(1);
        Eventually.until("the server sees it", () -> server.openConnections() == 0);
    }

    /** Not every client tells that from a goodbye. */
    @Test
    final void endsWhenTheServerDies() throws Exception {
        ScriptedServer server = server().reply(ScriptedReply.webSocket());
        LoadBalancer orders = orders(server);
        client(orders).openWebSocket("ws://orders/x", caller);
        server.stop();
        caller.awaitOver();
        Eventually.until("it has ended", () -> orders.snapshot().inFlight() == 0);
        assertThat(outcomes(orders, server, Kind.CANCELLED)).isZero();
    }

    @Test
    final void endsWhenTheServerDoesNotUpgrade() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractClient client = client(orders);
        for (int status : new int[] {404, 503}) {
            server.reply(ScriptedReply.status(status).withHeader("Retry-After", "0"));
            assertThatThrownBy(() -> client.openWebSocket("ws://orders/x", caller))
                    .isInstanceOf(IOException.class);
            Eventually.until("it has ended", () -> orders.snapshot().inFlight() == 0);
        }
        assertThat(server.requestCount()).as("no client tries once more").isEqualTo(2);
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(1);
        assertThat(outcomes(orders, server, Kind.OVERLOADED)).isEqualTo(1);
    }

    @Test
    final void endsWhenNobodyIsThere() throws Exception {
        ScriptedServer refusing = refusingServer();
        LoadBalancer orders = orders(refusing);
        ContractClient client = client(orders);
        assertThatThrownBy(() -> client.openWebSocket("ws://orders/x", caller)).isInstanceOf(ConnectException.class);
        Eventually.until("it has ended", () -> orders.snapshot().inFlight() == 0);
        assertThat(outcomes(orders, refusing, Kind.NEVER_REACHED)).isEqualTo(1);
    }

    @Test
    final void opensAtAnotherInstanceWhenOneRefuses() throws Exception {
        ScriptedServer refusing = refusingServer();
        ScriptedServer server = server().reply(ScriptedReply.webSocket());
        LoadBalancer orders = orders(builder -> builder.strategy(Strategies.roundRobin()), refusing, server);
        ContractClient client = client(orders);
        for (int i = 0; i < 2; i++) {
            client.openWebSocket("ws://orders/x", caller).abort();
        }
        Eventually.until("both have ended", () -> orders.snapshot().inFlight() == 0);
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(2);
        assertThat(outcomes(orders, refusing, Kind.NEVER_REACHED)).isPositive();
        assertThat(server.requestCount()).isEqualTo(2);
    }

    /** What other balancers call Least Connections. */
    @Test
    final void manyStayWithinOneOfEachOtherWhileTheyComeAndGo() throws Exception {
        ScriptedServer[] servers = {server(), server(), server()};
        for (ScriptedServer server : servers) {
            server.reply(ScriptedReply.webSocket());
        }
        LoadBalancer orders = orders(builder -> builder.strategy(Strategies.leastInFlight()), servers);
        ContractClient client = client(orders);
        List<ContractWebSocket> open = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            open.add(client.openWebSocket("ws://orders/x", new Listener()));
            assertThat(spread(orders)).isLessThanOrEqualTo(1);
        }
        Random random = new Random(7);
        for (int i = 0; i < 30; i++) {
            leave(open.remove(random.nextInt(open.size())), i % 2 == 0);
            Eventually.until("it has ended", () -> orders.snapshot().inFlight() == open.size());
            open.add(client.openWebSocket("ws://orders/x", new Listener()));
            assertThat(spread(orders)).isLessThanOrEqualTo(1);
        }
        assertThat(orders.snapshot().inFlight()).isEqualTo(30);
        open.forEach(ContractWebSocket::abort);
    }

    private static void leave(ContractWebSocket socket, boolean inOrder) {
        if (inOrder) {
            socket.close();
        } else {
            socket.abort();
        }
    }

    /** How many more are with one instance than with another. */
    private static int spread(LoadBalancer balancer) {
        IntSummaryStatistics inFlight = balancer.snapshot().instances().stream()
                .mapToInt(InstanceSnapshot::inFlight)
                .summaryStatistics();
        return inFlight.getMax() - inFlight.getMin();
    }

    @Test
    final void isVerifiedAsTheService() throws Exception {
        TestCertificate certificate = TestCertificate.of("orders");
        ScriptedServer server = serverOverTls(certificate.ofServer()).reply(ScriptedReply.webSocket());
        LoadBalancer orders = orders(server);
        ContractClient client = client(ContractOptions.of(orders).withTls(TestCertificate.trusting(certificate)));
        ContractWebSocket socket = client.openWebSocket("wss://orders/x", caller);
        assertThat(server.requests())
                .singleElement()
                .satisfies(handshake -> assertThat(handshake.serverName()).contains("orders"));
        socket.abort();
    }

    @Test
    final void leavesOtherHostsAlone() throws Exception {
        ScriptedServer elsewhere = server().reply(ScriptedReply.webSocket());
        LoadBalancer orders = orders(server());
        client(orders)
                .openWebSocket("ws://" + elsewhere.hostPort() + "/x", caller)
                .abort();
        assertThat(elsewhere.requestCount()).isEqualTo(1);
        assertThat(picks(orders)).isZero();
    }

    /** Remembers what it is told. */
    private static final class Listener implements ContractWebSocketListener {

        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CountDownLatch over = new CountDownLatch(1);

        @Override
        public void received(String text) {
            messages.add(text);
        }

        @Override
        public void over() {
            over.countDown();
        }

        String received() throws InterruptedException {
            String text = messages.poll(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (text == null) {
                throw new AssertionError("no message within " + Eventually.PATIENCE);
            }
            return text;
        }

        void awaitOver() throws InterruptedException {
            if (!over.await(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("not over within " + Eventually.PATIENCE);
            }
        }
    }
}
