package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.routing.Mirror;
import dev.evenkeel.lb.routing.Routes;
import dev.evenkeel.lb.routing.Rule;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.session.SessionTokens;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * That a client sends copies of requests to a mirror, and that its callers notice nothing of it. An adapter's test class extends
 * this like {@link BalancedClientContract}.
 */
public abstract class MirrorContract extends ContractFixture {

    private static final String URL = "http://orders/x";

    private ScriptedServer server;
    private ScriptedServer shadow;
    private LoadBalancer orders;
    private LoadBalancer next;

    /** For adapters to call. */
    protected MirrorContract() {}

    @BeforeEach
    final void beginWithAServiceAndItsMirror() {
        server = server().reply(ScriptedReply.ok("the answer"));
        shadow = server().reply(ScriptedReply.ok("the answer to a copy"));
        orders = orders(server);
        next = service("next", shadow);
    }

    private LoadBalancer service(String name, ScriptedServer instance) {
        return balancer(
                LoadBalancer.builder(name).outlierDetection(OutlierConfig.off()).instances(instance.hostPort()));
    }

    private ContractClient mirrored(Mirror mirror) {
        return mirrored(mirror, options -> options);
    }

    private ContractClient mirrored(Mirror mirror, UnaryOperator<ContractOptions> settings) {
        return client(
                settings.apply(ContractOptions.of(Routes.of(Rule.to(orders).mirror(mirror)))));
    }

    private static void awaitCopies(Mirror mirror, int expected) {
        Eventually.until(
                expected + " copies have ended",
                () -> mirror.sent() + " sent, " + mirror.inFlight() + " in flight",
                () -> mirror.sent() == expected && mirror.inFlight() == 0);
    }

    private static String text(ContractAnswer answer) throws IOException {
        try (answer) {
            return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void expectTheAnswer(ContractAnswer answer) throws IOException {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(text(answer)).isEqualTo("the answer");
    }

    // ---- the copy

    @Test
    final void aCopyIsLikeTheRequest() throws Exception {
        Mirror mirror = Mirror.to(next);
        ContractClient client = client(ContractOptions.of(
                        Routes.of(Rule.to(orders).path("/shop/**").stripPrefix().mirror(mirror)))
                .withStickyHeader("X-User"));
        ContractAnswer answer = client.send(ContractCall.put("http://orders/shop/a%2Fb?x=%20", "wanted")
                .withHeader("Authorization", "mine")
                .withHeader("X-User", "ada"));
        assertThat(answer.url()).isEqualTo(URI.create("http://orders/shop/a%2Fb?x=%20"));
        assertThat(answer.instance()).contains(server.instance());
        expectTheAnswer(answer);
        awaitCopies(mirror, 1);
        assertThat(shadow.requests()).singleElement().satisfies(copy -> {
            assertThat(copy).hasToString("PUT /a%2Fb?x=%20");
            assertThat(copy.body()).isEqualTo("wanted");
            assertThat(copy.header("Authorization")).contains("mine");
            assertThat(copy.header("X-User")).isEmpty();
            assertThat(copy.header(Mirror.HEADER)).contains("orders");
        });
        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request).hasToString("PUT /a%2Fb?x=%20");
            assertThat(request.body()).isEqualTo("wanted");
            assertThat(request.header(Mirror.HEADER)).isEmpty();
        });
        assertThat(outcomes(next, shadow, Kind.SUCCESS)).isEqualTo(1);
        assertThat(mirror.failed()).isZero();
    }

    @Test
    final void everyFormOfACallHasACopy() throws Exception {
        Mirror mirror = Mirror.to(next);
        ContractClient client = mirrored(mirror);
        expectTheAnswer(client.send(ContractCall.get(URL)));
        expectTheAnswer(client.open(ContractCall.post(URL, "body")));
        RecordedCall later = new RecordedCall();
        client.sendAsync(ContractCall.of("DELETE", URL), later);
        expectTheAnswer(later.answer());
        client.send(ContractCall.of("HEAD", URL));
        awaitCopies(mirror, 4);
        assertThat(shadow.requests())
                .extracting(RecordedRequest::method)
                .containsExactlyInAnyOrder("GET", "POST", "DELETE", "HEAD");
    }

    @Test
    final void aCopyHasNothingThatWasToBeKeptFromTheMirror() throws Exception {
        Mirror mirror = Mirror.to(next).stripHeaders("AUTHORIZATION", "X-Secret");
        mirrored(mirror)
                .send(ContractCall.get(URL)
                        .withHeader("authorization", "mine")
                        .withHeader("x-secret", "s")
                        .withHeader("x-other", "o"));
        awaitCopies(mirror, 1);
        assertThat(shadow.requests()).singleElement().satisfies(copy -> {
            assertThat(copy.header("Authorization")).isEmpty();
            assertThat(copy.header("X-Secret")).isEmpty();
            assertThat(copy.header("X-Other")).contains("o");
        });
        assertThat(server.requests())
                .singleElement()
                .satisfies(
                        request -> assertThat(request.header("Authorization")).contains("mine"));
    }

    @Test
    final void aCopyGoesToTheServiceOverTls() throws Exception {
        TestCertificate certificate = TestCertificate.of("orders");
        ScriptedServer secure = serverOverTls(certificate.ofServer());
        ScriptedServer secureShadow = serverOverTls(certificate.ofServer());
        Mirror mirror = Mirror.to(service("secure-next", secureShadow));
        ContractClient client = client(
                ContractOptions.of(Routes.of(Rule.to(service("secure", secure)).mirror(mirror)))
                        .withTls(TestCertificate.trusting(certificate)));
        client.send(ContractCall.get("https://orders/x"));
        awaitCopies(mirror, 1);
        assertThat(secureShadow.requests())
                .singleElement()
                .satisfies(copy -> assertThat(copy.serverName()).contains("orders"));
    }

    // ---- what has none

    @Test
    final void aBodyThatIsThereOnceIsTheCallers() throws Exception {
        Mirror mirror = Mirror.to(next);
        expectTheAnswer(
                mirrored(mirror).send(ContractCall.post(URL, "only once").withBodyOnce()));
        assertThat(server.requests())
                .singleElement()
                .extracting(RecordedRequest::body)
                .isEqualTo("only once");
        assertThat(mirror.skipped()).isEqualTo(1);
        assertThat(mirror.sent()).isZero();
    }

    @Test
    final void aBodyThatIsTooLongIsNotCopied() throws Exception {
        Mirror mirror = Mirror.to(next);
        ContractClient client = mirrored(mirror);
        expectTheAnswer(client.send(ContractCall.post(URL, "x".repeat(Mirror.MAX_BODY + 1))));
        assertThat(mirror.skipped()).isEqualTo(1);
        expectTheAnswer(client.send(ContractCall.post(URL, "y".repeat(Mirror.MAX_BODY))));
        awaitCopies(mirror, 1);
        assertThat(shadow.requests())
                .singleElement()
                .extracting(RecordedRequest::body)
                .isEqualTo("y".repeat(Mirror.MAX_BODY));
    }

    @Test
    final void aWebSocketIsNotCopied() throws Exception {
        server.reply(ScriptedReply.webSocket());
        Mirror mirror = Mirror.to(next);
        mirrored(mirror)
                .openWebSocket("ws://orders/x", new ContractWebSocketListener() {
                    @Override
                    public void received(String text) {}

                    @Override
                    public void over() {}
                })
                .abort();
        assertThat(mirror.skipped()).isEqualTo(1);
        assertThat(mirror.sent()).isZero();
    }

    @Test
    final void aCopyIsNotCopied() throws Exception {
        Mirror mirror = Mirror.to(next);
        expectTheAnswer(mirrored(mirror).send(ContractCall.get(URL).withHeader(Mirror.HEADER, "carts")));
        assertThat(mirror.skipped()).isEqualTo(1);
        assertThat(mirror.sent()).isZero();
    }

    @Test
    final void whatARedirectLeadsToIsNotCopied() throws Exception {
        server.reply(request -> request.target().equals("/old")
                ? ScriptedReply.status(302).withHeader("Location", "/new")
                : ScriptedReply.ok("the answer"));
        shadow.reply(ScriptedReply.status(302).withHeader("Location", "/elsewhere"));
        Mirror mirror = Mirror.to(next);
        expectTheAnswer(mirrored(mirror, ContractOptions::withRedirects).send(ContractCall.get("http://orders/old")));
        awaitCopies(mirror, 1);
        assertThat(shadow.requests()).extracting(RecordedRequest::target).containsExactly("/old");
    }

    @Test
    final void aCallThatIsMadeAgainIsCopiedOnce() throws Exception {
        ScriptedServer failing = server().reply(ScriptedReply.status(503));
        LoadBalancer both = orders(builder -> builder.strategy(Strategies.roundRobin()), failing, server);
        shadow.reply(ScriptedReply.status(503));
        Mirror mirror = Mirror.to(next);
        ContractClient client =
                client(ContractOptions.of(Routes.of(Rule.to(both).mirror(mirror)))
                        .withRetries(RetryPolicy.builder().onStatus(503).build()));
        for (int i = 0; i < 2; i++) {
            expectTheAnswer(client.send(ContractCall.put(URL, "body")));
        }
        awaitCopies(mirror, 2);
        assertThat(failing.requestCount()).isPositive();
        assertThat(shadow.requestCount()).isEqualTo(2);
        assertThat(outcomes(next, shadow, Kind.OVERLOADED)).isEqualTo(2);
    }

    // ---- the caller notices nothing

    @Test
    final void noCallWaitsForItsCopy() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        shadow.reply(ScriptedReply.ok("late").withHeadAfter(gate));
        Mirror mirror = Mirror.to(next).timeout(Eventually.PATIENCE.multipliedBy(3));
        ContractClient client = mirrored(mirror);
        for (int i = 0; i < 3; i++) {
            expectTheAnswer(client.send(ContractCall.put(URL, "body")));
        }
        Eventually.until("all copies are there", () -> shadow.requestCount() == 3);
        assertThat(next.snapshot().inFlight()).isEqualTo(3);
        assertThat(orders.snapshot().inFlight()).isZero();
        gate.countDown();
        awaitCopies(mirror, 3);
        assertThat(outcomes(next, shadow, Kind.SUCCESS)).isEqualTo(3);
    }

    @Test
    final void whateverBecomesOfCopiesHarmsNoCall() throws Exception {
        List<ScriptedReply> replies = List.of(
                ScriptedReply.reset(),
                ScriptedReply.hangUp(),
                ScriptedReply.garbage(),
                ScriptedReply.cut(),
                ScriptedReply.endless(),
                ScriptedReply.status(500),
                ScriptedReply.status(204));
        Mirror mirror = Mirror.to(next);
        ContractClient client = mirrored(mirror);
        for (int i = 0; i < replies.size(); i++) {
            shadow.reply(replies.get(i));
            expectTheAnswer(client.send(ContractCall.put(URL, "body")));
            awaitCopies(mirror, i + 1);
        }
        assertThat(mirror.failed()).isEqualTo(3);
    }

    @Test
    final void aMirrorThatIsGoneHarmsNoCall() throws Exception {
        Mirror mirror = Mirror.to(next);
        ContractClient client = mirrored(mirror);
        shadow.stop();
        expectTheAnswer(client.send(ContractCall.put(URL, "body")));
        awaitCopies(mirror, 1);
        next.close();
        expectTheAnswer(client.send(ContractCall.put(URL, "body")));
        awaitCopies(mirror, 2);
        assertThat(mirror.failed()).isEqualTo(2);
    }

    @Test
    final void aCopyThatTakesTooLongIsEnded() throws Exception {
        shadow.reply(ScriptedReply.silence());
        Mirror mirror = Mirror.to(next).timeout(Duration.ofMillis(50));
        expectTheAnswer(mirrored(mirror).send(ContractCall.get(URL)));
        awaitCopies(mirror, 1);
        assertThat(mirror.failed()).isEqualTo(1);
        Eventually.until("the connection is closed", () -> shadow.openConnections() == 0);
    }

    /** A stream may last longer than anybody waits for it. */
    @Test
    final void aCopyWhoseBodyTakesTooLongHasNotFailed() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        shadow.reply(ScriptedReply.ok("first half, second half").withRestAfter(never));
        Mirror mirror = Mirror.to(next).timeout(Duration.ofSeconds(1));
        expectTheAnswer(mirrored(mirror).send(ContractCall.get(URL)));
        awaitCopies(mirror, 1);
        never.countDown();
        assertThat(mirror.failed()).isZero();
        assertThat(outcomes(next, shadow, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    final void aCallThatIsCancelledLeavesItsCopyAlone() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        server.reply(ScriptedReply.silence());
        shadow.reply(ScriptedReply.ok("late").withHeadAfter(gate));
        Mirror mirror = Mirror.to(next);
        Runnable cancel = mirrored(mirror).sendAsync(ContractCall.get(URL), new ClosingCallback());
        Eventually.until("both are there", () -> server.requestCount() + shadow.requestCount() == 2);
        cancel.run();
        Eventually.until("the call is over", () -> orders.snapshot().inFlight() == 0);
        gate.countDown();
        awaitCopies(mirror, 1);
        assertThat(outcomes(next, shadow, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    final void aCallThatFailsMayHaveACopyThatDoesNot() throws Exception {
        server.stop();
        Mirror mirror = Mirror.to(next);
        ContractClient client = mirrored(mirror);
        assertThatThrownBy(() -> client.send(ContractCall.get(URL))).isInstanceOf(IOException.class);
        awaitCopies(mirror, 1);
        assertThat(mirror.failed()).isZero();
    }

    // ---- the budget

    @Test
    final void whatIsOverTheBudgetIsDroppedAndCounted() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        shadow.reply(ScriptedReply.ok("late").withHeadAfter(gate));
        Mirror mirror = Mirror.to(next).maxInFlight(2).timeout(Eventually.PATIENCE.multipliedBy(3));
        ContractClient client = mirrored(mirror);
        for (int i = 0; i < 6; i++) {
            expectTheAnswer(client.send(ContractCall.get(URL)));
        }
        assertThat(mirror.inFlight()).isEqualTo(2);
        assertThat(mirror.dropped()).isEqualTo(4);
        gate.countDown();
        awaitCopies(mirror, 2);
        assertThat(shadow.requestCount()).isEqualTo(2);
    }

    // ---- what the client keeps

    @Test
    final void copiesHaveNoPartInTheStoreOfCookies() throws Exception {
        server.reply(ScriptedReply.ok("the answer").withHeader("Set-Cookie", "a=ours; Path=/"));
        shadow.reply(ScriptedReply.ok("x").withHeader("Set-Cookie", "b=theirs; Path=/"));
        Mirror mirror = Mirror.to(next);
        ContractClient client = mirrored(mirror, ContractOptions::withCookies);
        for (int i = 1; i <= 3; i++) {
            expectTheAnswer(client.send(ContractCall.get(URL)));
            awaitCopies(mirror, i);
        }
        assertThat(server.requests().get(2).header("Cookie").orElseThrow())
                .contains("a=ours")
                .doesNotContain("theirs");
        assertThat(shadow.requests())
                .allSatisfy(copy -> assertThat(copy.header("Cookie")).isEmpty());
    }

    @Test
    final void nobodyIsAskedForThePasswordOfAMirror() throws Exception {
        shadow.reply(ScriptedReply.status(401).withHeader("WWW-Authenticate", "Basic realm=\"next\""));
        Mirror mirror = Mirror.to(next);
        ContractClient client = mirrored(mirror, options -> options.withPasswords(host -> Optional.of("secret")));
        expectTheAnswer(client.send(ContractCall.get(URL)));
        awaitCopies(mirror, 1);
        assertThat(shadow.requests())
                .singleElement()
                .satisfies(copy -> assertThat(copy.header("Authorization")).isEmpty());
        assertThat(mirror.failed()).isZero();
    }

    @Test
    final void noMirrorSeesTheTokenOfASession() throws Exception {
        SessionTokens tokens = SessionTokens.builder(new byte[32]).build();
        for (HttpSessions sessions : List.of(HttpSessions.inHeader(tokens), HttpSessions.inCookie(tokens, "cart"))) {
            Mirror mirror = Mirror.to(next);
            ContractClient client = mirrored(mirror, options -> options.withSessions(sessions));
            String given = client.send(ContractCall.get(URL))
                    .header(sessions.responseHeader())
                    .orElseThrow();
            String brought = given.replaceFirst(";.*", "");
            client.send(ContractCall.get(URL).withHeader(sessions.requestHeader(), brought));
            awaitCopies(mirror, 2);
        }
        assertThat(shadow.requests()).hasSize(4).allSatisfy(copy -> {
            assertThat(copy.header(HttpSessions.DEFAULT_HEADER)).isEmpty();
            assertThat(copy.header("Cookie")).isEmpty();
        });
        assertThat(tokens.refused()).isZero();
    }
}
