package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.session.SessionTokens;
import dev.evenkeel.lb.strategy.Strategies;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * How a client that balances keeps callers at their instances: with tokens in a header or in a cookie. An adapter's test class
 * extends this like {@link BalancedClientContract}.
 */
public abstract class SessionContract extends ContractFixture {

    private static final String URL = "http://orders/x";
    private static final String HEADER = HttpSessions.DEFAULT_HEADER;

    private final SessionTokens tokens = tokens();

    /** For adapters to call. */
    protected SessionContract() {}

    /** As each process makes them that has the secret. */
    private static SessionTokens tokens() {
        return SessionTokens.builder(new byte[32]).build();
    }

    private LoadBalancer inTurn(ScriptedServer... servers) {
        return orders(builder -> builder.strategy(Strategies.roundRobin()), servers);
    }

    private ContractClient withHeader(LoadBalancer orders) {
        return withHeader(orders, tokens);
    }

    private ContractClient withHeader(LoadBalancer orders, SessionTokens made) {
        return client(ContractOptions.of(orders).withSessions(HttpSessions.inHeader(made)));
    }

    private ContractOptions withCookie(LoadBalancer orders) {
        return ContractOptions.of(orders).withSessions(HttpSessions.inCookie(tokens, "cart"));
    }

    private static ContractCall with(String token) {
        return ContractCall.get(URL).withHeader(HEADER, token);
    }

    private static String tokenOf(ContractAnswer answer) {
        return answer.header(HEADER).orElseThrow();
    }

    private static ServiceInstance whoAnswered(ContractAnswer answer) {
        return answer.instance().orElseThrow();
    }

    private static void expectNoTokenAt(ScriptedServer... servers) {
        for (ScriptedServer server : servers) {
            assertThat(server.requests()).allSatisfy(request -> {
                assertThat(request.header(HEADER)).isEmpty();
                assertThat(request.header("Cookie").orElse("")).doesNotContain("cart");
            });
        }
    }

    // ---- in a header

    @Test
    final void aCallerWithATokenReachesTheSameInstance() throws Exception {
        ScriptedServer[] servers = {server(), server(), server()};
        ContractClient client = withHeader(inTurn(servers));
        ContractAnswer first = client.send(ContractCall.get(URL));
        for (int i = 0; i < 6; i++) {
            ContractAnswer next = client.send(with(tokenOf(first)));
            assertThat(next.instance()).isEqualTo(first.instance());
            assertThat(next.header(HEADER))
                    .as("the token that the caller has will do")
                    .isEmpty();
        }
        expectNoTokenAt(servers);
    }

    @Test
    final void aCallerWithATokenReachesTheSameInstanceAsynchronously() throws Exception {
        ContractClient client = withHeader(inTurn(server(), server(), server()));
        RecordedCall first = new RecordedCall();
        client.sendAsync(ContractCall.get(URL), first);
        try (ContractAnswer answer = first.answer()) {
            for (int i = 0; i < 4; i++) {
                RecordedCall next = new RecordedCall();
                client.sendAsync(with(tokenOf(answer)), next);
                try (ContractAnswer again = next.answer()) {
                    assertThat(again.instance()).isEqualTo(answer.instance());
                    assertThat(again.header(HEADER)).isEmpty();
                }
            }
        }
    }

    @Test
    final void anotherClientWithTheSameSecretKnowsTheToken() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        ContractAnswer first = withHeader(inTurn(one, two)).send(ContractCall.get(URL));
        SessionTokens elsewhere = tokens();
        ContractClient other = withHeader(inTurn(two, one), elsewhere);
        for (int i = 0; i < 4; i++) {
            assertThat(other.send(with(tokenOf(first))).instance()).isEqualTo(first.instance());
        }
        assertThat(elsewhere.refused()).isZero();
    }

    @Test
    final void callersWithoutATokenGoRound() throws Exception {
        ScriptedServer[] servers = {server(), server(), server()};
        ContractClient client = withHeader(inTurn(servers));
        String token = tokenOf(client.send(ContractCall.get(URL)));
        Set<ServiceInstance> seen = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            seen.add(whoAnswered(client.send(ContractCall.get(URL))));
            client.send(with(token));
        }
        assertThat(seen).hasSize(3);
    }

    @Test
    final void aTokenThatIsNoneBeginsANewSession() throws Exception {
        ScriptedServer server = server();
        ContractClient client = withHeader(inTurn(server));
        for (String forged : List.of("forged", "A".repeat(64), "A".repeat(4096), server.hostPort())) {
            ContractAnswer answer = client.send(with(forged));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(tokenOf(answer)).hasSize(64).isNotEqualTo(forged);
        }
        assertThat(tokens.refused()).isEqualTo(4);
        expectNoTokenAt(server);
    }

    /** A server that uses sessions itself, towards others, may pass on what those gave it. */
    @Test
    final void whatAnInstanceCallsATokenIsNotTheCallers() throws Exception {
        ScriptedServer server = server().reply(ScriptedReply.ok("ok").withHeader(HEADER, "of somebody else"));
        ContractClient client = withHeader(inTurn(server));
        String token = tokenOf(client.send(ContractCall.get(URL)));
        assertThat(tokens.resume("orders", token).instanceId("orders")).contains(server.hostPort());
        assertThat(client.send(with(token)).header(HEADER)).isEmpty();
        assertThat(tokens.refused()).isZero();
    }

    @Test
    final void theHeaderMayHaveAnotherName() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        ContractClient client =
                client(ContractOptions.of(inTurn(one, two)).withSessions(HttpSessions.inHeader(tokens, "X-Cart")));
        ContractAnswer first = client.send(ContractCall.get(URL));
        String token = first.header("x-cart").orElseThrow();
        for (int i = 0; i < 4; i++) {
            ContractAnswer next = client.send(ContractCall.get(URL).withHeader("x-CART", token));
            assertThat(next.instance()).isEqualTo(first.instance());
        }
        assertThat(one.requests())
                .allSatisfy(request -> assertThat(request.header("X-Cart")).isEmpty());
    }

    @Test
    final void otherHostsGetWhatIsMeantForThem() throws Exception {
        ScriptedServer elsewhere = server();
        ContractAnswer answer = withHeader(inTurn(server()))
                .send(ContractCall.get("http://" + elsewhere.hostPort() + "/x").withHeader(HEADER, "mine"));
        assertThat(answer.header(HEADER)).isEmpty();
        assertThat(elsewhere.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.header(HEADER)).contains("mine"));
    }

    @Test
    final void withoutSessionsTheHeaderIsLikeAnyOther() throws Exception {
        ScriptedServer server = server();
        client(inTurn(server)).send(with("mine"));
        assertThat(server.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.header(HEADER)).contains("mine"));
    }

    @Test
    final void aSessionInCodeNeedsNoToken() throws Exception {
        ContractClient client = withHeader(inTurn(server(), server(), server()));
        PickRequest session = PickRequest.inSession(new StickySession());
        Set<ServiceInstance> seen = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            ContractAnswer answer = client.send(ContractCall.get(URL).withPickRequest(session));
            seen.add(whoAnswered(answer));
            assertThat(answer.header(HEADER)).isEmpty();
        }
        assertThat(seen).hasSize(1);
    }

    // ---- when instances go

    @Test
    final void aCallerWhoseInstanceIsDownGetsAnotherToken() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        ContractClient client = withHeader(inTurn(one, two));
        ContractAnswer first = client.send(ContractCall.get(URL));
        ScriptedServer down = whoAnswered(first).equals(one.instance()) ? one : two;
        down.stop();
        ContractAnswer second = client.send(with(tokenOf(first)));
        assertThat(second.instance()).isNotEqualTo(first.instance());
        down.restart();
        for (int i = 0; i < 4; i++) {
            assertThat(client.send(with(tokenOf(second))).instance()).isEqualTo(second.instance());
        }
    }

    @Test
    final void anInstanceThatDrainsKeepsItsCallers() throws Exception {
        InMemoryRegistry registry = new InMemoryRegistry();
        registry.register("orders", server().instance());
        registry.register("orders", server().instance());
        LoadBalancer orders = balancer(LoadBalancer.builder("orders")
                .outlierDetection(OutlierConfig.off())
                .source(registry)
                .strategy(Strategies.roundRobin()));
        ContractClient client = withHeader(orders);
        ContractAnswer first = client.send(ContractCall.get(URL));
        registry.deregister("orders", whoAnswered(first).id());
        for (int i = 0; i < 4; i++) {
            ContractAnswer next = client.send(with(tokenOf(first)));
            assertThat(next.instance()).isEqualTo(first.instance());
            assertThat(next.header(HEADER)).isEmpty();
            assertThat(client.send(ContractCall.get(URL)).instance()).isNotEqualTo(first.instance());
        }
    }

    // ---- in a cookie

    @Test
    final void aCookieIsTakenOutFromAmongTheOthers() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        ContractClient client = client(withCookie(inTurn(one, two)));
        ContractAnswer first = client.send(ContractCall.get(URL));
        String set = first.header("Set-Cookie").orElseThrow();
        assertThat(set)
                .matches("cart=[A-Za-z0-9_-]{64}; Path=/; Max-Age=86400; Expires=[^;]+ GMT; HttpOnly; SameSite=Lax");
        String pair = set.substring(0, set.indexOf(';'));
        for (int i = 0; i < 4; i++) {
            ContractAnswer next = client.send(ContractCall.get(URL).withHeader("Cookie", "a=1; " + pair + "; b=2"));
            assertThat(next.instance()).isEqualTo(first.instance());
            assertThat(next.header("Set-Cookie")).isEmpty();
        }
        client.send(ContractCall.get(URL).withHeader("Cookie", pair));
        expectNoTokenAt(one, two);
        ScriptedServer answering = whoAnswered(first).equals(one.instance()) ? one : two;
        assertThat(answering.requests().get(1).header("Cookie")).contains("a=1; b=2");
        assertThat(answering.requests().get(5).header("Cookie")).isEmpty();
    }

    @Test
    final void aStoreOfCookiesKeepsTheTokenByItself() throws Exception {
        ScriptedServer[] servers = {server(), server(), server()};
        for (ScriptedServer server : servers) {
            server.reply(ScriptedReply.ok("ok").withHeader("Set-Cookie", "a=1; Path=/"));
        }
        ContractClient client = client(withCookie(inTurn(servers)).withCookies());
        ContractAnswer first = client.send(ContractCall.get(URL));
        for (int i = 0; i < 6; i++) {
            assertThat(client.send(ContractCall.get(URL)).instance()).isEqualTo(first.instance());
        }
        expectNoTokenAt(servers);
        for (ScriptedServer server : servers) {
            if (server.requestCount() > 1) {
                assertThat(server.requests().get(1).header("Cookie")).contains("a=1");
            }
        }
    }

    @Test
    final void aCookieOfACallOverTlsIsForThoseOnly() throws Exception {
        TestCertificate certificate = TestCertificate.of("orders");
        ScriptedServer server = serverOverTls(certificate.ofServer());
        ContractClient client = client(withCookie(inTurn(server)).withTls(TestCertificate.trusting(certificate)));
        assertThat(client.send(ContractCall.get("https://orders/x"))
                        .header("Set-Cookie")
                        .orElseThrow())
                .endsWith("; Secure");
    }

    // ---- WebSockets

    private static ScriptedReply webSocketIfAsked(RecordedRequest request) {
        return request.header("Upgrade").isPresent() ? ScriptedReply.webSocket() : ScriptedReply.ok("ok");
    }

    private static ContractWebSocketListener nobody() {
        return new ContractWebSocketListener() {
            @Override
            public void received(String text) {}

            @Override
            public void over() {}
        };
    }

    private static void expectAllAt(ServiceInstance instance, ScriptedServer... servers) {
        for (ScriptedServer server : servers) {
            assertThat(server.requestCount()).isEqualTo(server.instance().equals(instance) ? 7 : 0);
        }
    }

    @Test
    final void aWebSocketReachesTheInstanceOfItsToken() throws Exception {
        ScriptedServer[] servers = {server(), server(), server()};
        for (ScriptedServer server : servers) {
            server.reply(SessionContract::webSocketIfAsked);
        }
        ContractClient client = withHeader(inTurn(servers));
        ContractAnswer first = client.send(ContractCall.get(URL));
        for (int i = 0; i < 6; i++) {
            ContractCall handshake = ContractCall.get("ws://orders/x").withHeader(HEADER, tokenOf(first));
            client.openWebSocket(handshake, nobody()).abort();
        }
        expectAllAt(whoAnswered(first), servers);
        expectNoTokenAt(servers);
    }

    @Test
    final void aStoreOfCookiesKeepsTheTokenOfAWebSocket() throws Exception {
        ScriptedServer[] servers = {server(), server(), server()};
        for (ScriptedServer server : servers) {
            server.reply(SessionContract::webSocketIfAsked);
        }
        ContractClient client = client(withCookie(inTurn(servers)).withCookies());
        client.openWebSocket("ws://orders/x", nobody()).abort();
        ServiceInstance instance = whoAnswered(client.send(ContractCall.get(URL)));
        for (int i = 0; i < 5; i++) {
            client.openWebSocket("ws://orders/x", nobody()).abort();
        }
        expectAllAt(instance, servers);
        expectNoTokenAt(servers);
    }

    /** Also where nobody sees the answer to a handshake. */
    @Test
    final void aWebSocketGoesByASessionInCode() throws Exception {
        ScriptedServer[] servers = {server(), server(), server()};
        for (ScriptedServer server : servers) {
            server.reply(SessionContract::webSocketIfAsked);
        }
        ContractClient client = withHeader(inTurn(servers));
        StickySession session = new StickySession();
        for (int i = 0; i < 6; i++) {
            ContractCall handshake = ContractCall.get("ws://orders/x").withPickRequest(PickRequest.inSession(session));
            client.openWebSocket(handshake, nobody()).abort();
        }
        String token = tokens.token("orders", session).orElseThrow();
        expectAllAt(whoAnswered(client.send(with(token))), servers);
    }

    // ---- redirects

    @Test
    final void aRedirectElsewhereDoesNotTakeTheTokenAlong() throws Exception {
        ScriptedServer elsewhere = server();
        ScriptedServer order = server();
        order.reply(request -> request.target().equals("/x")
                ? ScriptedReply.ok("ok")
                : ScriptedReply.status(302).withHeader("Location", "http://" + elsewhere.hostPort() + "/y"));
        ContractClient client = client(ContractOptions.of(inTurn(order))
                .withSessions(HttpSessions.inHeader(tokens))
                .withRedirects());
        String token = tokenOf(client.send(ContractCall.get(URL)));
        client.send(ContractCall.get("http://orders/elsewhere").withHeader(HEADER, token));
        assertThat(elsewhere.requestCount()).isEqualTo(1);
        expectNoTokenAt(order, elsewhere);
    }

    @Test
    final void aRedirectToAnotherServiceBeginsASessionThere() throws Exception {
        ScriptedServer bill = server();
        ScriptedServer order = server();
        order.reply(ScriptedReply.status(302).withHeader("Location", "http://billing/y"));
        LoadBalancer billing = balancer(LoadBalancer.builder("billing").instances(bill.hostPort()));
        ContractClient client = client(ContractOptions.of(inTurn(order), billing)
                .withSessions(HttpSessions.inHeader(tokens))
                .withRedirects());
        ContractAnswer answer = client.send(ContractCall.get(URL));
        assertThat(answer.instance()).contains(bill.instance());
        assertThat(tokens.resume("billing", tokenOf(answer)).instanceId("billing"))
                .contains(bill.hostPort());
        expectNoTokenAt(order, bill);
    }

    @Test
    final void aRedirectStaysInTheSession() throws Exception {
        ScriptedServer[] servers = {server(), server(), server()};
        for (ScriptedServer server : servers) {
            server.reply(request -> request.target().equals("/x")
                    ? ScriptedReply.status(302).withHeader("Location", "/y")
                    : ScriptedReply.ok("ok"));
        }
        ContractClient client = client(ContractOptions.of(inTurn(servers))
                .withSessions(HttpSessions.inHeader(tokens))
                .withRedirects());
        ContractAnswer first = client.send(ContractCall.get(URL));
        assertThat(first.status()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
            ContractAnswer next = client.send(with(tokenOf(first)));
            assertThat(next.instance()).isEqualTo(first.instance());
        }
        for (ScriptedServer server : servers) {
            int expected = server.instance().equals(whoAnswered(first)) ? 8 : 0;
            assertThat(server.requestCount()).isEqualTo(expected);
        }
        expectNoTokenAt(servers);
    }
}
