package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What a client does that balances over HTTP/2, where many calls share a connection: it goes elsewhere with what a connection
 * has no room for and what a server has not looked at, loses nothing when a server leaves, and whatever ends one call leaves the
 * others alone. An adapter has two test classes that extend this like {@link BalancedClientContract}: over TLS, and in clear
 * text.
 */
public abstract class Http2Contract extends ContractFixture {

    private static final Duration DELAY = Duration.ofSeconds(5);
    private static final Duration ATTEMPT = Duration.ofSeconds(7);
    private static final Duration SHORT = Duration.ofMillis(300);

    private static final TestCertificate CERTIFICATE = TestCertificate.of("orders");

    private final boolean overTls;
    private final VirtualClock clock = new VirtualClock();

    /** For adapters to call. */
    protected Http2Contract(boolean overTls) {
        this.overTls = overTls;
    }

    /** Whether the client goes by what a server says that leaves: which of its streams that still looks at. */
    protected boolean heedsGoodbyes() {
        return true;
    }

    // ---- connections

    /** A client that loses its HTTP/2 under the balancer, is not served at all. */
    @Test
    final void speaksHttp2WithTheInstanceAsTheService() throws Exception {
        Http2Server server = newServer();
        ContractClient client = client(speakingHttp2(orders(server)));
        RecordedCall async = new RecordedCall();
        client.sendAsync(post("one"), async);
        List<ContractAnswer> answers =
                List.of(async.answer(), client.send(post("two")), client.open(post("three")), client.send(get()));
        for (ContractAnswer answer : answers) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.url().toString()).isEqualTo(url());
            assertThat(answer.instance()).contains(server.instance());
            assertThat(text(answer)).isEqualTo("ok");
        }
        assertThat(server.streams()).extracting(Http2Stream::body).containsExactly("one", "two", "three", "");
        assertThat(server.connections())
                .allSatisfy(connection ->
                        assertThat(connection.serverName().orElse("none")).isEqualTo(overTls ? "orders" : "none"));
    }

    @Test
    final void hasManyCallsUnderWayOverOneConnectionToEachInstance() throws Exception {
        Http2Server[] servers = {newServer(), newServer()};
        LoadBalancer orders = orders(builder -> builder.strategy(Strategies.roundRobin()), servers);
        ContractClient client = connected(speakingHttp2(orders), servers);
        List<RecordedCall> calls = new ArrayList<>();
        Arrays.stream(servers).forEach(Http2Server::holding);
        for (int i = 0; i < 20; i++) {
            RecordedCall call = new RecordedCall();
            client.sendAsync(post("call " + i), call);
            calls.add(call);
        }
        for (Http2Server server : servers) {
            server.awaitStream(1 + 10);
        }
        assertThat(orders.snapshot().instances())
                .extracting(InstanceSnapshot::inFlight)
                .containsExactly(10, 10);
        answerAll(servers);
        for (int i = 0; i < 20; i++) {
            assertThat(text(calls.get(i).answer())).isEqualTo("call " + i);
        }
        assertThat(servers)
                .allSatisfy(server -> assertThat(server.connections()).hasSize(1));
    }

    /** It makes another connection, or goes to another instance. */
    @Test
    final void findsRoomForMoreCallsThanAConnectionTakes() throws Exception {
        Http2Server[] servers = {newServer(2), newServer(2), newServer(2)};
        LoadBalancer orders = inOrder(servers);
        ContractClient client = connected(speakingHttp2(orders), servers);
        List<RecordedCall> calls = new ArrayList<>();
        Arrays.stream(servers).forEach(Http2Server::holding);
        for (int i = 0; i < 6; i++) {
            RecordedCall call = new RecordedCall();
            client.sendAsync(post("call " + i), call);
            calls.add(call);
            int sent = i + 1;
            Eventually.until("a server has it", () -> streams(servers).count() == servers.length + sent);
        }
        answerAll(servers);
        for (int i = 0; i < 6; i++) {
            assertThat(text(calls.get(i).answer())).isEqualTo("call " + i);
        }
        assertThat(bodies(servers)).containsExactlyInAnyOrderElementsOf(callsUpTo(6));
        assertThat(outcomes(orders, Kind.FAILED)).isZero();
        assertThat(orders.snapshot().purse()).as("nothing was sent twice").isGreaterThanOrEqualTo(10);
    }

    // ---- what a server has not looked at

    @Test
    final void goesElsewhereWhenAStreamIsRefused() throws Exception {
        Http2Server full = refusing();
        Http2Server free = newServer().onRequest(stream -> stream.answer("free"));
        LoadBalancer orders = inOrder(full, free);
        ContractClient client = connected(speakingHttp2(orders), free);
        ContractAnswer answer = client.send(post("posted"));
        assertThat(text(answer)).isEqualTo("free");
        assertThat(answer.instance()).contains(free.instance());
        RecordedCall async = new RecordedCall();
        client.sendAsync(post("posted, too"), async);
        assertThat(text(async.answer())).isEqualTo("free");
        assertThat(bodies(free)).containsExactly("posted", "posted, too");
        assertThat(outcomes(orders, full, Kind.NEVER_REACHED)).isEqualTo(2);
        assertThat(outcomes(orders, Kind.FAILED)).isZero();
    }

    @Test
    final void leavesTheOtherCallsOfAConnectionAloneWhenAStreamIsRefused() throws Exception {
        Http2Server full = newServer();
        Http2Server free = newServer();
        LoadBalancer orders = inOrder(full, free);
        ContractClient client = connected(speakingHttp2(orders), full, free);
        full.holding();
        RecordedCall slow = new RecordedCall();
        client.sendAsync(post("slow"), slow);
        Http2Stream underWay = full.awaitStream(2);
        full.onRequest(stream -> stream.reset(Http2Error.REFUSED_STREAM));
        assertThat(client.send(post("posted")).instance()).contains(free.instance());
        assertThat(slow.timesTold()).isZero();
        underWay.answer("at last");
        assertThat(text(slow.answer())).isEqualTo("at last");
    }

    @Test
    final void failsWhenAllRefuse() throws Exception {
        Http2Server[] servers = {refusing(), refusing(), refusing()};
        LoadBalancer orders = inOrder(servers);
        ContractClient client = client(speakingHttp2(orders));
        assertThatThrownBy(() -> client.send(post("posted")))
                .isInstanceOf(IOException.class)
                .satisfies(failure -> assertThat(AttemptHistory.of(failure))
                        .extracting(attempt -> attempt.outcome().kind())
                        .containsExactly(Kind.NEVER_REACHED, Kind.NEVER_REACHED, Kind.NEVER_REACHED));
    }

    @Test
    final void failsWhenAStreamIsRefusedAndTheBodyIsGone() throws Exception {
        Http2Server full = refusing();
        Http2Server free = newServer();
        ContractClient client = connected(speakingHttp2(inOrder(full, free)), free);
        assertThatThrownBy(() -> client.send(post("once").withBodyOnce())).isInstanceOf(IOException.class);
        assertThat(bodies(free)).isEmpty();
    }

    @Test
    final void failsWhenAStreamIsRefusedAndNoOtherInstanceWillDo() throws Exception {
        Http2Server full = refusing();
        Http2Server free = newServer();
        ContractClient client = connected(speakingHttp2(inOrder(full, free)), free);
        assertThatThrownBy(() -> client.send(post("posted").withPickRequest(only(full))))
                .isInstanceOf(IOException.class);
        assertThat(bodies(free)).isEmpty();
    }

    /** The server may have looked at it, and done what it asks for. */
    @Test
    final void sendsOnceWhatMayHaveAnEffectAndIsReset() throws Exception {
        Http2Server failing = newServer();
        Http2Server alive = newServer();
        LoadBalancer orders = inOrder(failing, alive);
        ContractClient client = connected(speakingHttp2(orders), failing, alive);
        for (Http2Error why : List.of(Http2Error.CANCEL, Http2Error.INTERNAL_ERROR)) {
            failing.onRequest(stream -> stream.reset(why));
            assertThatThrownBy(() -> client.send(post(why.name())))
                    .as("%s", why)
                    .isInstanceOf(IOException.class);
            assertThat(client.send(get()).instance()).as("%s", why).contains(alive.instance());
        }
        assertThat(bodies(failing, alive)).containsExactly("CANCEL", "INTERNAL_ERROR");
        assertThat(outcomes(orders, failing, Kind.FAILED)).isEqualTo(4);
    }

    // ---- servers that leave

    @Test
    final void losesNothingWhenAServerLeaves() throws Exception {
        Assumptions.assumeTrue(heedsGoodbyes());
        Http2Server leaving = newServer();
        Http2Server staying = newServer();
        LoadBalancer orders = inOrder(leaving, staying);
        ContractClient client = connected(speakingHttp2(orders), leaving, staying);
        leaving.holding();
        RecordedCall call = new RecordedCall();
        client.sendAsync(post("under way"), call);
        Http2Stream underWay = leaving.awaitStream(2);
        leaving.onRequest(stream -> stream.answer("ok")).goAway();
        for (int i = 0; i < 10; i++) {
            assertThat(client.send(post("call " + i)).status()).isEqualTo(200);
        }
        assertThat(call.timesTold()).isZero();
        underWay.answer("to its end");
        assertThat(text(call.answer())).isEqualTo("to its end");
        assertThat(bodies(leaving, staying))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(Stream.of("under way"), callsUpTo(10).stream())
                        .toList());
        assertThat(outcomes(orders, Kind.FAILED)).isZero();
    }

    @Test
    final void goesElsewhereWithWhatAServerThatLeavesHasNotLookedAt() throws Exception {
        Assumptions.assumeTrue(heedsGoodbyes());
        Http2Server leaving = newServer();
        Http2Server staying = newServer();
        LoadBalancer orders = inOrder(leaving, staying);
        ContractClient client = connected(speakingHttp2(orders), leaving, staying);
        leaving.onRequest(stream -> stream.connection().goAway(Math.max(0, stream.id() - 2)));
        assertThat(client.send(post("posted")).instance()).contains(staying.instance());
        assertThat(bodies(staying)).containsExactly("posted");
        assertThat(outcomes(orders, leaving, Kind.NEVER_REACHED)).isEqualTo(1);
    }

    // ---- calls that end before their time

    @Test
    final void resetsTheStreamOfACallThatIsCancelled() throws Exception {
        Http2Server server = newServer();
        LoadBalancer orders = orders(server);
        ContractClient client = connected(speakingHttp2(orders), server);
        server.holding();
        RecordedCall call = new RecordedCall();
        Runnable cancel = client.sendAsync(get(), call);
        Http2Stream stream = server.awaitStream(2);
        cancel.run();
        assertThat(call.failure()).isNotNull();
        stream.awaitCancelled();
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, Kind.CANCELLED)).isEqualTo(1);
        goesOnOverItsConnection(client, server);
    }

    @Test
    final void resetsTheStreamOfACallWhoseThreadIsInterrupted() throws Exception {
        Http2Server server = newServer();
        Http2Server other = newServer();
        LoadBalancer orders = inOrder(server, other);
        ContractClient client = connected(speakingHttp2(orders), server, other);
        server.holding();
        Background<ContractAnswer> call = Background.of(() -> client.send(get()));
        Http2Stream stream = server.awaitStream(2);
        call.interrupt();
        assertThat(call.failure()).isInstanceOfAny(InterruptedException.class, InterruptedIOException.class);
        stream.awaitCancelled();
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, Kind.CANCELLED)).isEqualTo(1);
        assertThat(other.streams()).as("the one of before").hasSize(1);
        goesOnOverItsConnection(client, server);
    }

    @Test
    final void resetsTheStreamOfABodyThatIsClosedEarly() throws Exception {
        Http2Server server = newServer();
        LoadBalancer orders = orders(server);
        ContractClient client = connected(speakingHttp2(orders), server);
        server.onRequest(stream -> stream.begin("first of many"));
        ContractAnswer answer = client.open(get());
        assertThat(answer.body().read()).isEqualTo('f');
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        answer.close();
        server.awaitStream(2).awaitCancelled();
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(2);
        goesOnOverItsConnection(client, server);
    }

    @Test
    final void resetsTheStreamOfACallWhoseTimeIsUp() throws Exception {
        Http2Server server = newServer();
        LoadBalancer orders = orders(server);
        ContractClient client = connected(speakingHttp2(orders).withCallTimeout(SHORT), server);
        server.onRequest(stream -> stream.begin("first of many"));
        assertThatThrownBy(() -> client.send(get())).isInstanceOf(IOException.class);
        server.awaitStream(2).awaitCancelled();
        awaitInFlight(orders, 0);
        goesOnOverItsConnection(client, server);
    }

    @Test
    final void resetsTheStreamOfAnAttemptThatTakesTooLong() throws Exception {
        Http2Server slow = newServer();
        Http2Server fast = newServer();
        LoadBalancer orders = byTheClock(slow, fast);
        RetryPolicy limited = RetryPolicy.builder()
                .attemptTimeout(ATTEMPT)
                .backoff(Duration.ZERO, Duration.ZERO)
                .build();
        ContractClient client = connected(speakingHttp2(orders).withRetries(limited), slow, fast);
        slow.holding();
        RecordedCall call = new RecordedCall();
        client.sendAsync(get(), call);
        Http2Stream stream = slow.awaitStream(2);
        clock.advance(ATTEMPT);
        try (ContractAnswer answer = call.answer()) {
            assertThat(answer.instance()).contains(fast.instance());
        }
        stream.awaitCancelled();
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, slow, Kind.FAILED)).isEqualTo(1);
        goesOnOverItsConnection(client, slow);
    }

    @Test
    final void resetsTheStreamOfTheSlowerOfTwo() throws Exception {
        Http2Server slow = newServer();
        Http2Server fast = newServer();
        LoadBalancer orders = byTheClock(slow, fast);
        ContractClient client = connected(speakingHttp2(orders).withHedging(HedgePolicy.after(DELAY)), slow, fast);
        RecordedCall async = new RecordedCall();
        slow.holding();
        client.sendAsync(get(), async);
        theOtherWins(async::answer, slow.awaitStream(2), fast);
        Background<ContractAnswer> blocking = Background.of(() -> client.send(get()));
        theOtherWins(blocking::get, slow.awaitStream(3), fast);
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, slow, Kind.CANCELLED)).isEqualTo(2);
        goesOnOverItsConnection(client, slow);
    }

    private void theOtherWins(Callable<ContractAnswer> answer, Http2Stream slow, Http2Server fast) throws Exception {
        clock.advance(DELAY);
        try (ContractAnswer won = answer.call()) {
            assertThat(won.instance()).contains(fast.instance());
            assertThat(text(won)).isEqualTo("ok");
        }
        slow.awaitCancelled();
    }

    @Test
    final void resetsTheStreamOfAHedgeThatIsNotNeeded() throws Exception {
        Http2Server first = newServer();
        Http2Server hedge = newServer();
        LoadBalancer orders = byTheClock(first, hedge);
        ContractClient client = connected(speakingHttp2(orders).withHedging(HedgePolicy.after(DELAY)), first, hedge);
        first.holding();
        hedge.holding();
        RecordedCall call = new RecordedCall();
        client.sendAsync(get(), call);
        Http2Stream winner = first.awaitStream(2);
        clock.advance(DELAY);
        Http2Stream loser = hedge.awaitStream(2);
        winner.answer("first");
        assertThat(text(call.answer())).isEqualTo("first");
        loser.awaitCancelled();
        awaitInFlight(orders, 0);
        goesOnOverItsConnection(client, hedge);
    }

    // ---- words of the tests

    private Http2Server newServer() {
        return newServer(Http2Server.MANY_STREAMS);
    }

    private Http2Server newServer(int maxStreams) {
        return http2Server(overTls ? CERTIFICATE.ofServer() : null, maxStreams);
    }

    private Http2Server refusing() {
        return newServer().onRequest(stream -> stream.reset(Http2Error.REFUSED_STREAM));
    }

    private LoadBalancer orders(Http2Server... servers) {
        return orders(builder -> builder, servers);
    }

    private LoadBalancer inOrder(Http2Server... servers) {
        return orders(builder -> builder.strategy(IN_ORDER), servers);
    }

    /** Time passes when the test says so. */
    private LoadBalancer byTheClock(Http2Server... servers) {
        return orders(
                builder -> builder.ticker(clock)
                        .scheduler(clock)
                        .executor(Runnable::run)
                        .strategy(IN_ORDER),
                servers);
    }

    private LoadBalancer orders(UnaryOperator<LoadBalancerBuilder> settings, Http2Server... servers) {
        return orders(
                settings, Arrays.stream(servers).map(Http2Server::instance).toList());
    }

    private ContractOptions speakingHttp2(LoadBalancer orders) {
        ContractOptions options = ContractOptions.of(orders).withHttp2();
        return overTls ? options.withTls(TestCertificate.trusting(CERTIFICATE)) : options;
    }

    /** A client that has a connection to each of these, over which there has been one call: clients make some in vain. */
    private ContractClient connected(ContractOptions options, Http2Server... servers) throws Exception {
        ContractClient client = client(options);
        for (Http2Server server : servers) {
            assertThat(text(client.send(get().withPickRequest(only(server))))).isNotEmpty();
        }
        return client;
    }

    /** Whatever has become of other calls, the connection is there for further ones. */
    private void goesOnOverItsConnection(ContractClient client, Http2Server server) throws Exception {
        server.onRequest(stream -> stream.answer("going on"));
        assertThat(text(client.send(post("further").withPickRequest(only(server)))))
                .isEqualTo("going on");
        assertThat(server.connections()).hasSize(1);
    }

    private static void answerAll(Http2Server... servers) {
        streams(servers).filter(stream -> !stream.isOver()).forEach(stream -> stream.answer(stream.body()));
    }

    private static Stream<Http2Stream> streams(Http2Server... servers) {
        return Arrays.stream(servers).flatMap(server -> server.streams().stream());
    }

    /** What has been posted. */
    private static List<String> bodies(Http2Server... servers) {
        return streams(servers)
                .map(Http2Stream::body)
                .filter(body -> !body.isEmpty())
                .toList();
    }

    private static List<String> callsUpTo(int count) {
        return IntStream.range(0, count).mapToObj(i -> "call " + i).toList();
    }

    private String url() {
        return overTls ? "https://orders/x" : "http://orders/x";
    }

    private ContractCall get() {
        return ContractCall.get(url());
    }

    private ContractCall post(String body) {
        return ContractCall.post(url(), body);
    }

    private static PickRequest only(Http2Server server) {
        return PickRequest.builder().only(server.instance().id()).build();
    }

    private static void awaitInFlight(LoadBalancer orders, int expected) {
        Eventually.until(
                expected + " are in flight",
                orders::snapshot,
                () -> orders.snapshot().inFlight() == expected);
    }

    private static long outcomes(LoadBalancer orders, Kind kind) {
        return orders.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(kind))
                .sum();
    }

    private static long outcomes(LoadBalancer orders, Http2Server server, Kind kind) {
        return orders.snapshot().instance(server.instance().id()).outcomes(kind);
    }

    private static String text(ContractAnswer answer) throws IOException {
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }
}
