package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.OrcaHeader;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.ReceivedReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** From when until when a call is in flight, and what is learned from its end. */
abstract class BodyContract extends BalancingContract {

    @Test
    final void countsACallUntilItsBodyHasBeenRead() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        CountDownLatch rest = new CountDownLatch(1);
        server.reply(ScriptedReply.ok("first half, second half").withRestAfter(rest));
        ContractAnswer answer = client(orders).open(ContractCall.get("http://orders/x"));
        assertThat(inFlight(orders, server)).isEqualTo(1);
        rest.countDown();
        assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("first half, second half");
        Eventually.until("the call has ended", () -> inFlight(orders, server) == 0);
        answer.close();
        answer.close();
        assertThat(inFlight(orders, server)).isZero();
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(1);
        assertThat(picks(orders)).isEqualTo(1);
    }

    @Test
    final void hasEndedACallWhoseBodyIsTakenWholeWhenItReturns() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractClient client = client(orders);
        for (int i = 0; i < 20; i++) {
            client.send(ContractCall.get("http://orders/x"));
            assertThat(inFlight(orders, server)).isZero();
        }
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(20);
    }

    /** What a server says of its load in the head of a response, whatever its status, reaches the strategy. */
    @Test
    final void readsTheLoadReportOfTheInstance() throws Exception {
        ScriptedServer server = server();
        server.reply(request -> switch (request.target()) {
            case "/garbage" -> ScriptedReply.ok("ok").withHeader(OrcaHeader.NAME, "TEXT what?");
            case "/busy" -> ScriptedReply.status(503).withHeader(OrcaHeader.NAME, "JSON {\"cpu_utilization\": 1.5}");
            case "/plain" -> ScriptedReply.ok("ok");
            default ->
                ScriptedReply.ok("ok")
                        .withHeader("Endpoint-Load-Metrics", "TEXT cpu_utilization=0.5, rps_fractional=7");
        });
        List<Candidate> instance = new CopyOnWriteArrayList<>();
        ContractClient client = client(orders(
                builder -> builder.strategy(candidates -> {
                    instance.add(candidates.get(0));
                    return request -> candidates.get(0);
                }),
                server));
        client.send(ContractCall.get("http://orders/plain"));
        assertThat(instance.get(0).lastReport()).isEmpty();
        for (String path : List.of("x", "garbage", "plain")) {
            client.send(ContractCall.get("http://orders/" + path));
            assertThat(instance.get(0).lastReport().map(ReceivedReport::report))
                    .contains(LoadReport.builder().cpuUtilization(0.5).rps(7).build());
        }
        client.send(ContractCall.get("http://orders/busy"));
        assertThat(instance.get(0).lastReport().map(ReceivedReport::report))
                .contains(LoadReport.builder().cpuUtilization(1.5).build());
    }

    @Test
    final void endsACallWhoseBodyIsClosedEarly() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        server.reply(ScriptedReply.endless());
        ContractAnswer answer = client(orders).open(ContractCall.get("http://orders/x"));
        assertThat(answer.body().read()).isEqualTo('o');
        assertThat(inFlight(orders, server)).isEqualTo(1);
        answer.close();
        Eventually.until("the call has ended", () -> inFlight(orders, server) == 0);
        Eventually.until("the server sees that nobody reads", () -> server.openConnections() == 0);
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    final void learnsTheLatencyOfAStreamFromItsHead() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(ContractFixture::ignoringPauses, server);
        server.reply(ScriptedReply.endless());
        try (ContractAnswer answer = client(orders).open(ContractCall.get("http://orders/x"))) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(orders.snapshot().instance(server.hostPort()).latency()).isPositive();
        }
    }

    @Test
    final void failsACallWhoseBodyIsCut() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractClient client = client(orders);
        server.reply(ScriptedReply.cut());
        assertThatThrownBy(() -> client.send(ContractCall.get("http://orders/x")))
                .isInstanceOf(IOException.class);
        try (ContractAnswer answer = client.open(ContractCall.post("http://orders/x", "body"))) {
            assertThatThrownBy(() -> answer.body().readAllBytes()).isInstanceOf(IOException.class);
            Eventually.until("the call has ended", () -> inFlight(orders, server) == 0);
        }
        assertThat(outcomes(orders, server, Kind.FAILED)).isEqualTo(2);
        assertThat(picks(orders)).isEqualTo(2);
    }

    @Test
    @SuppressWarnings("MustBeClosedChecker")
    final void endsACallWithoutABodyEvenIfNobodyClosesIt() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractClient client = client(orders);
        for (ScriptedReply reply :
                List.of(ScriptedReply.status(204), ScriptedReply.status(304), ScriptedReply.status(200))) {
            server.reply(reply);
            client.open(ContractCall.get("http://orders/x"));
            Eventually.until("the call has ended", reply::toString, () -> inFlight(orders, server) == 0);
        }
        server.reply(ScriptedReply.ok("text that HEAD does not get"));
        client.open(ContractCall.of("HEAD", "http://orders/x"));
        Eventually.until("HEAD has ended", () -> inFlight(orders, server) == 0);
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(4);
    }

    /** As when a file is gone that was to be sent. */
    @Test
    final void blamesNobodyForABodyOfTheCallerThatFails() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractCall call = ContractCall.put("http://orders/x", "never read").withBodyThatFails();
        assertThatThrownBy(() -> client(orders).send(call)).hasStackTraceContaining(ContractCall.BODY_FAILURE);
        RecordedCall async = new RecordedCall();
        client(orders).sendAsync(call, async);
        assertThat(async.failure()).hasStackTraceContaining(ContractCall.BODY_FAILURE);
        assertThat(picks(orders)).isEqualTo(2);
        assertThat(outcomes(orders, server, Kind.CANCELLED)).isEqualTo(2);
    }

    @Test
    final void learnsFromTheStatus() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractClient client = client(orders);
        server.reply(request -> ScriptedReply.status(
                        Integer.parseInt(request.target().substring(1)))
                .withHeader("Retry-After", "7")
                .withBody("body"));
        for (int status : new int[] {200, 201, 404, 400, 500, 502, 429, 503}) {
            assertThat(client.send(ContractCall.post("http://orders/" + status, "body"))
                            .status())
                    .isEqualTo(status);
        }
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(4);
        assertThat(outcomes(orders, server, Kind.FAILED)).isEqualTo(2);
        assertThat(outcomes(orders, server, Kind.OVERLOADED)).isEqualTo(2);
        assertThat(picks(orders)).isEqualTo(8);
    }

    @Test
    final void takesTheSpeedOfAFailureForNothing() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(ContractFixture::ignoringPauses, server);
        ContractClient client = client(orders);
        server.reply(ScriptedReply.status(500).withBody("sorry"));
        client.send(ContractCall.post("http://orders/x", "body"));
        assertThat(orders.snapshot().instance(server.hostPort()).latency()).isZero();
        server.reply(ScriptedReply.ok("ok"));
        client.send(ContractCall.post("http://orders/x", "body"));
        assertThat(orders.snapshot().instance(server.hostPort()).latency()).isPositive();
    }

    @Test
    final void tellsARefusedConnectionFromAFailedCall() throws Exception {
        ScriptedServer refusing = refusingServer();
        ScriptedServer failing = server();
        LoadBalancer orders = orders(refusing);
        assertThatThrownBy(() -> client(orders).send(ContractCall.post("http://orders/x", "body")))
                .isInstanceOf(IOException.class);
        assertThat(outcomes(orders, refusing, Kind.NEVER_REACHED)).isEqualTo(1);
        LoadBalancer others = balancer(LoadBalancer.builder("others").instances(failing.hostPort()));
        ContractClient client = client(others);
        for (ScriptedReply fault : List.of(ScriptedReply.hangUp(), ScriptedReply.reset(), ScriptedReply.garbage())) {
            failing.reply(fault);
            assertThatThrownBy(() -> client.send(ContractCall.post("http://others/x", "body")))
                    .as("%s", fault)
                    .isInstanceOf(IOException.class);
        }
        assertThat(outcomes(others, failing, Kind.FAILED)).isEqualTo(3);
    }

    @Test
    final void failsACallThatIsNotAnsweredInTime() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        server.reply(ScriptedReply.silence());
        assertThatThrownBy(() -> client(orders)
                        .send(ContractCall.post("http://orders/x", "body").withTimeout(Duration.ofMillis(200))))
                .isInstanceOf(IOException.class);
        assertThat(outcomes(orders, server, Kind.FAILED)).isEqualTo(1);
        Eventually.until("the server sees that nobody waits", () -> server.openConnections() == 0);
    }

    private static int inFlight(LoadBalancer balancer, ScriptedServer server) {
        return balancer.snapshot().instance(server.hostPort()).inFlight();
    }
}
