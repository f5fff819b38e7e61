package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** That a call goes elsewhere if a connection has no room for it or the server has not looked at it, and none is lost. */
abstract class Http2Connections extends Http2Fixture {

    Http2Connections(Http2Contract contract, boolean overTls) {
        super(contract, overTls);
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
        Assumptions.assumeTrue(contract.heedsGoodbyes());
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
        Assumptions.assumeTrue(contract.heedsGoodbyes());
        Http2Server leaving = newServer();
        Http2Server staying = newServer();
        LoadBalancer orders = inOrder(leaving, staying);
        ContractClient client = connected(speakingHttp2(orders), leaving, staying);
        leaving.onRequest(stream -> stream.connection().goAway(Math.max(0, stream.id() - 2)));
        assertThat(client.send(post("posted")).instance()).contains(staying.instance());
        assertThat(bodies(staying)).containsExactly("posted");
        assertThat(outcomes(orders, leaving, Kind.NEVER_REACHED)).isEqualTo(1);
    }

    // ---- words of the tests

    private Http2Server refusing() {
        return newServer().onRequest(stream -> stream.reset(Http2Error.REFUSED_STREAM));
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
}
