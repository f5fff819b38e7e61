package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.NoRouteException;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.routing.Routes;
import dev.evenkeel.lb.routing.Rule;
import dev.evenkeel.lb.routing.Split;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.session.SessionTokens;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * That a client goes by rules, whatever the client: it asks an instance for the path that they say and shows its caller another,
 * and what they refuse does not go out. An adapter's test class extends this like {@link BalancedClientContract}.
 */
public abstract class RoutingContract extends ContractFixture {

    /** For adapters to call. */
    protected RoutingContract() {}

    private LoadBalancer service(String name, ScriptedServer... servers) {
        return balancer(LoadBalancer.builder(name)
                .instances(
                        List.of(servers).stream().map(ScriptedServer::instance).toList()));
    }

    private ScriptedServer server(String text) {
        return server().reply(ScriptedReply.ok(text));
    }

    private static String text(ContractAnswer answer) throws IOException {
        try (answer) {
            return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static ScriptedReply redirect(String location) {
        return ScriptedReply.status(302).withHeader("Location", location);
    }

    @Test
    final void goesByTheFirstRuleThatMatches() throws Exception {
        Routes routes = Routes.of(
                Rule.to(service("a", server("a"))).path("/a/**"),
                Rule.to(service("b", server("b"))).header("X-Beta").query("v", "2"),
                Rule.to(service("c", server("c"))).host("shop.example"));
        ContractClient client = client(ContractOptions.of(routes));
        assertThat(text(client.send(ContractCall.get("http://shop.example/a/1"))))
                .isEqualTo("a");
        assertThat(text(client.send(
                        ContractCall.get("http://shop.example/b?v=2").withHeader("X-Beta", "1"))))
                .isEqualTo("b");
        assertThat(text(client.send(ContractCall.get("http://shop.example/b?v=2"))))
                .isEqualTo("c");
    }

    @Test
    final void asksTheInstanceForTheRewrittenPathAndShowsTheOwnOne() throws Exception {
        ScriptedServer server = server("x");
        LoadBalancer orders = service("orders", server);
        ContractClient client = client(ContractOptions.of(Routes.of(
                Rule.to(orders).path("/shop/**").stripPrefix(),
                Rule.to(orders).path("/old/{x}/**").replacePrefix("/new%20x"))));
        String url = "http://any.example/shop/a%2Fb;c/d?q=%2F&r=/shop/";
        ContractAnswer answer = client.send(ContractCall.post(url, "body"));
        assertThat(answer.url()).isEqualTo(URI.create(url));
        assertThat(answer.instance()).contains(server.instance());
        client.send(ContractCall.get("http://any.example/shop"));
        client.send(ContractCall.get("http://any.example/old/1/e"));
        assertThat(server.requests())
                .extracting(RecordedRequest::toString)
                .containsExactly("POST /a%2Fb;c/d?q=%2F&r=/shop/", "GET /", "GET /new%20x/e");
    }

    @Test
    final void rewritesTheHandshakesOfWebSockets() throws Exception {
        ScriptedServer server = server().reply(ScriptedReply.webSocket());
        LoadBalancer orders = service("orders", server);
        ContractClient client = client(
                ContractOptions.of(Routes.of(Rule.to(orders).path("/shop/**").stripPrefix())));
        client.openWebSocket("ws://shop.example/shop/chat?x=1", new ContractWebSocketListener() {
                    @Override
                    public void received(String text) {}

                    @Override
                    public void over() {}
                })
                .abort();
        assertThat(server.requests()).extracting(RecordedRequest::target).containsExactly("/chat?x=1");
    }

    @Test
    final void refusesInTheClientsOwnWay() throws Exception {
        ScriptedServer server = server("x");
        ContractClient client = client(
                ContractOptions.of(Routes.of(Rule.refuse().path("/admin/**"), Rule.to(service("orders", server)))));
        for (String path : List.of("/admin/x?secret", "/%61dmin", "//admin")) {
            assertThatThrownBy(() -> client.send(ContractCall.get("http://orders" + path)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("refused by the rule for path /admin/**")
                    .hasMessageNotContaining("secret")
                    .hasRootCauseInstanceOf(NoRouteException.class);
        }
        RecordedCall later = new RecordedCall();
        client.sendAsync(ContractCall.get("http://orders/admin"), later);
        assertThat(later.failure()).isInstanceOf(IOException.class).hasRootCauseInstanceOf(NoRouteException.class);
        assertThat(server.requestCount()).isZero();
    }

    @Test
    final void followsRedirectsOnPathsOfTheCaller() throws Exception {
        ScriptedServer server = server();
        server.reply(request -> request.target().equals("/old")
                ? redirect("/shop/new")
                : ScriptedReply.ok(request.target() + " for "
                        + request.header("Authorization").orElse("nobody")));
        LoadBalancer orders = service("orders", server);
        ContractClient client = client(
                ContractOptions.of(Routes.of(Rule.to(orders).path("/shop/**").stripPrefix()))
                        .withRedirects());
        ContractAnswer answer =
                client.send(ContractCall.get("http://shop.example/shop/old").withHeader("Authorization", "mine"));
        assertThat(answer.url()).isEqualTo(URI.create("http://shop.example/shop/new"));
        assertThat(text(answer)).isEqualTo("/new for mine");
    }

    @Test
    final void followsNoRedirectToWhereItMayNotGo() throws Exception {
        ScriptedServer server = server().reply(redirect("/admin"));
        ContractClient client = client(
                ContractOptions.of(Routes.of(Rule.refuse().path("/admin/**"), Rule.to(service("orders", server))))
                        .withRedirects());
        ContractAnswer answer = client.send(ContractCall.get("http://orders/x"));
        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location")).contains("/admin");
        assertThat(server.requestCount()).isEqualTo(1);
    }

    /** The caller talks to one service, whichever part of it answers. */
    @Test
    final void keepsCredentialsWithinASplit() throws Exception {
        ScriptedServer one = server();
        ScriptedServer other = server();
        for (ScriptedServer server : List.of(one, other)) {
            server.reply(request -> request.target().equals("/old")
                    ? redirect("/new")
                    : ScriptedReply.ok(request.header("Authorization").orElse("nobody")));
        }
        Split split = Split.of(1, service("orders", one)).and(1, service("canary", other));
        ContractClient client = client(
                ContractOptions.of(Routes.of(Rule.to(split).host("orders"))).withRedirects());
        for (int i = 0; i < 20; i++) {
            assertThat(text(client.send(ContractCall.get("http://orders/old").withHeader("Authorization", "mine"))))
                    .isEqualTo("mine");
        }
    }

    @Test
    final void keepsAKeyWithItsPartOfASplit() throws Exception {
        Split split = Split.of(1, service("orders", server("a"))).and(1, service("canary", server("b")));
        ContractClient client =
                client(ContractOptions.of(Routes.of(Rule.to(split))).withStickyHeader("X-User"));
        for (int user = 0; user < 10; user++) {
            ContractCall byHeader = ContractCall.get("http://orders/x").withHeader("X-User", "user-" + user);
            ContractCall byPick =
                    ContractCall.get("http://orders/x").withPickRequest(PickRequest.stickyTo("user-" + user));
            assertThat(text(client.send(byHeader)))
                    .isEqualTo(text(client.send(byHeader)))
                    .isEqualTo(text(client.send(byPick)));
        }
    }

    @Test
    final void keepsASessionWithItsPartOfASplit() throws Exception {
        Split split = Split.of(1, service("orders", server("a"))).and(1, service("canary", server("b")));
        SessionTokens tokens = SessionTokens.builder(new byte[32]).build();
        ContractOptions options = ContractOptions.of(Routes.of(Rule.to(split)));
        ContractClient withHeader = client(options.withSessions(HttpSessions.inHeader(tokens)));
        ContractClient withStore = client(
                options.withSessions(HttpSessions.inCookie(tokens, "cart")).withCookies());
        ContractAnswer first = withHeader.send(ContractCall.get("http://orders/x"));
        ContractCall inSession = ContractCall.get("http://orders/x")
                .withHeader(
                        HttpSessions.DEFAULT_HEADER,
                        first.header(HttpSessions.DEFAULT_HEADER).orElseThrow());
        String stored = text(withStore.send(ContractCall.get("http://orders/x")));
        String part = text(first);
        for (int i = 0; i < 10; i++) {
            assertThat(text(withHeader.send(inSession))).isEqualTo(part);
            assertThat(text(withStore.send(ContractCall.get("http://orders/x"))))
                    .isEqualTo(stored);
        }
        assertThat(tokens.refused()).isZero();
    }

    /** Also where it is a redirect that ends the first call, so that there is no token yet. */
    @Test
    final void followsRedirectsWithinThePartOfASession() throws Exception {
        ScriptedServer[] servers = {server(), server()};
        for (ScriptedServer server : servers) {
            server.reply(request -> request.target().equals("/login") ? redirect("/home") : ScriptedReply.ok("home"));
        }
        Split split = Split.of(1, service("orders", servers[0])).and(1, service("canary", servers[1]));
        SessionTokens tokens = SessionTokens.builder(new byte[32]).build();
        ContractClient client = client(ContractOptions.of(Routes.of(Rule.to(split)))
                .withSessions(HttpSessions.inHeader(tokens))
                .withRedirects());
        for (int i = 0; i < 20; i++) {
            int[] before = {servers[0].requestCount(), servers[1].requestCount()};
            ContractAnswer home = client.send(ContractCall.get("http://orders/login"));
            boolean atFirst = home.instance().equals(Optional.of(servers[0].instance()));
            assertThat(servers[0].requestCount()).isEqualTo(before[0] + (atFirst ? 2 : 0));
            assertThat(servers[1].requestCount()).isEqualTo(before[1] + (atFirst ? 0 : 2));
        }
    }

    @Test
    final void goesToTheInstancesOfAView() throws Exception {
        ScriptedServer blue = server("blue");
        ScriptedServer green = server("green");
        LoadBalancer orders = balancer(LoadBalancer.builder("orders")
                .instances(List.of(
                        blue.instance(),
                        ServiceInstance.builder(green.hostPort())
                                .metadata(Map.of("color", "green"))
                                .build())));
        ContractClient client = client(ContractOptions.of(Routes.of(
                Rule.to(orders.subset(Map.of("color", "green"))).header("X-Green"),
                Rule.to(orders).host("orders"))));
        for (int i = 0; i < 4; i++) {
            assertThat(text(client.send(ContractCall.get("http://orders/").withHeader("X-Green", "1"))))
                    .isEqualTo("green");
        }
        assertThat(outcomes(orders, green, Kind.SUCCESS)).isEqualTo(4);
    }

    /** They are one service, but not the same instances. */
    @Test
    final void followsRedirectsFromOneViewToAnother() throws Exception {
        ScriptedServer first = server().reply(redirect("/v2/x"));
        ScriptedServer second = server();
        second.reply(request -> ScriptedReply.ok(
                request.target() + " for " + request.header("Authorization").orElse("nobody")));
        LoadBalancer orders =
                balancer(LoadBalancer.builder("orders").instances(List.of(version("1", first), version("2", second))));
        ContractClient client = client(ContractOptions.of(Routes.of(
                        Rule.to(orders.subset(Map.of("version", "2"))).path("/v2/**"),
                        Rule.to(orders.subset(Map.of("version", "1"))).host("orders")))
                .withRedirects());
        ContractCall call = ContractCall.get("http://orders/v1/x").withHeader("Authorization", "mine");
        assertThat(text(client.send(call))).isEqualTo("/v2/x for mine");
        assertThat(first.requestCount()).isEqualTo(1);
    }

    /** Some clients follow redirects to where others can read what is said. */
    @Test
    final void takesNoCredentialsToAViewWithoutTls() throws Exception {
        TestCertificate certificate = TestCertificate.of("orders");
        ScriptedServer secure = serverOverTls(certificate.ofServer()).reply(redirect("http://orders/v2/x"));
        ScriptedServer open = server();
        LoadBalancer orders =
                balancer(LoadBalancer.builder("orders").instances(List.of(version("1", secure), version("2", open))));
        ContractClient client = client(ContractOptions.of(Routes.of(
                        Rule.to(orders.subset(Map.of("version", "2"))).path("/v2/**"),
                        Rule.to(orders.subset(Map.of("version", "1"))).host("orders")))
                .withTls(TestCertificate.trusting(certificate))
                .withRedirects());
        client.send(ContractCall.get("https://orders/v1/x").withHeader("Authorization", "mine"));
        assertThat(secure.requestCount()).isEqualTo(1);
        assertThat(open.requests())
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).isEmpty());
    }

    private static ServiceInstance version(String version, ScriptedServer server) {
        return ServiceInstance.builder(server.hostPort())
                .metadata(Map.of("version", version))
                .build();
    }

    /** What is known of the instances stays, and so does what is under way. */
    @Test
    final void goesByTheRulesOfTheMoment() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedServer serverOfA = server("a");
        LoadBalancer a = service("a", serverOfA);
        LoadBalancer b = service("b", server("b"));
        AtomicReference<Router> rules = new AtomicReference<>(Routes.of(Rule.to(a)));
        ContractClient client = client(ContractOptions.of(Router.current(rules::get)));
        ContractCall call = ContractCall.get("http://any.example/");
        assertThat(text(client.send(call))).isEqualTo("a");
        serverOfA.reply(ScriptedReply.ok("a at last").withHeadAfter(gate));
        RecordedCall underWay = new RecordedCall();
        client.sendAsync(call, underWay);
        Eventually.until("it is there", () -> serverOfA.requestCount() == 2);
        rules.set(Routes.of(Rule.to(b)));
        assertThat(text(client.send(call))).isEqualTo("b");
        assertThat(a.snapshot().inFlight()).isEqualTo(1);
        rules.set(Routes.of(Rule.to(a).path("/**").method("GET")));
        gate.countDown();
        assertThat(text(underWay.answer())).isEqualTo("a at last");
        assertThat(text(client.send(call))).isEqualTo("a at last");
        assertThat(outcomes(a, serverOfA, Kind.SUCCESS)).isEqualTo(3);
        assertThat(picks(b)).isEqualTo(1);
    }
}
