package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * That callers deal with addresses of services and never with those of instances, in redirects, cookies and challenges too,
 * whatever the client; and that what has an effect is done once. An adapter's test class extends this like {@link BalancedClientContract}.
 */
public abstract class LogicalAddressContract extends ContractFixture {

    /** For adapters to call. */
    protected LogicalAddressContract() {}

    @Test
    final void takesAServiceWithATrailingDot() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractAnswer answer = client(orders).send(ContractCall.get("http://Orders./x"));
        assertThat(answer.instance()).contains(server.instance());
        assertThat(picks(orders)).isEqualTo(1);
    }

    @Test
    final void followsNoRedirectUnlessTheClientIsTold() throws Exception {
        ScriptedServer server = server();
        server.reply(redirect(302, "/new"));
        ContractAnswer answer = client(orders(server)).send(ContractCall.get("http://orders/old"));
        assertThat(answer.status()).isEqualTo(302);
        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    final void followsRedirectsWithinTheService() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        for (String location : List.of("/new?x=%2F", "http://orders/new?x=%2F")) {
            for (ScriptedServer server : List.of(one, two)) {
                server.reply(request -> request.target().equals("/old")
                        ? redirect(302, location)
                        : ScriptedReply.ok(request.header("Authorization").orElse("nobody")));
            }
            ContractAnswer answer = following(one, two)
                    .send(ContractCall.get("http://orders/old").withHeader("Authorization", "mine"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.url()).isEqualTo(URI.create("http://orders/new?x=%2F"));
            assertThat(answer.instance()).isPresent();
            assertThat(text(answer)).isEqualTo("mine");
        }
    }

    /** What servers make of the host that they see themselves as. */
    @Test
    final void followsARedirectToTheInstancesOwnAddress() throws Exception {
        ScriptedServer server = server();
        server.reply(request -> request.target().equals("/old")
                ? redirect(302, "http://" + server.hostPort() + "/new")
                : ScriptedReply.ok("new"));
        assertThat(text(following(server).send(ContractCall.get("http://orders/old"))))
                .isEqualTo("new");
    }

    @Test
    final void leavesTheServiceWithoutCredentials() throws Exception {
        ScriptedServer server = server();
        ScriptedServer elsewhere = server();
        server.reply(redirect(302, "http://" + elsewhere.hostPort() + "/login"));
        ContractAnswer answer =
                following(server).send(ContractCall.get("http://orders/old").withHeader("Authorization", "mine"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.instance()).isEmpty();
        assertThat(elsewhere.requests())
                .singleElement()
                .satisfies(
                        request -> assertThat(request.header("Authorization")).isEmpty());
    }

    @Test
    final void goesOnToAnotherServiceWithoutCredentials() throws Exception {
        ScriptedServer order = server();
        ScriptedServer bill = server();
        order.reply(redirect(302, "http://billing/b?x=%20"));
        LoadBalancer billing = balancer(LoadBalancer.builder("billing").instances(bill.hostPort()));
        ContractClient client =
                client(ContractOptions.of(orders(order), billing).withRedirects());
        ContractAnswer answer = client.send(ContractCall.get("http://orders/o")
                .withHeader("Authorization", "mine")
                .withHeader("Cookie", "sid=mine")
                .withHeader("X-Trace", "7"));
        assertThat(answer.url()).isEqualTo(URI.create("http://billing/b?x=%20"));
        assertThat(answer.instance()).contains(bill.instance());
        assertThat(bill.requests()).singleElement().satisfies(request -> {
            assertThat(request.header("Authorization")).isEmpty();
            assertThat(request.header("Cookie")).isEmpty();
            assertThat(request.header("X-Trace")).contains("7");
        });
        assertThat(outcomes(billing, bill, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    final void executesOnceWhatIsSentOn() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        for (ScriptedServer server : List.of(one, two)) {
            server.reply(request ->
                    request.target().equals("/pay") ? redirect(307, "http://orders/final") : ScriptedReply.ok("paid"));
        }
        assertThat(text(following(one, two).send(ContractCall.post("http://orders/pay", "10"))))
                .isEqualTo("paid");
        assertThat(requests(one, two))
                .extracting(RecordedRequest::toString, RecordedRequest::body)
                .containsExactlyInAnyOrder(tuple("POST /pay", "10"), tuple("POST /final", "10"));
    }

    @Test
    final void executesOnceWhatIsNotAnswered() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        for (ScriptedServer server : List.of(one, two)) {
            server.reply(request ->
                    request.method().equals("POST") ? ScriptedReply.hangUp() : ScriptedReply.ok("connected"));
        }
        ContractClient client = client(orders(builder -> builder.strategy(Strategies.roundRobin()), one, two));
        for (int kept = 0; kept <= 1; kept++) {
            assertThatThrownBy(() -> client.send(ContractCall.post("http://orders/pay", "10")))
                    .isInstanceOf(IOException.class);
            assertThat(requests(one, two))
                    .filteredOn(request -> request.method().equals("POST"))
                    .hasSize(kept + 1);
            client.send(ContractCall.get("http://orders/x"));
            client.send(ContractCall.get("http://orders/x"));
        }
    }

    // ---- cookies and credentials

    @Test
    final void sendsTheCookieOfOneInstanceToTheOther() throws Exception {
        for (String cookie : List.of("sid=1", "sid=1; Path=/", "sid=1; Domain=orders.example")) {
            ScriptedServer one = server().reply(ScriptedReply.ok("ok").withHeader("Set-Cookie", cookie));
            ScriptedServer two = server().reply(ScriptedReply.ok("ok").withHeader("Set-Cookie", cookie));
            LoadBalancer billing = balancer(
                    LoadBalancer.builder("billing.example").instances(List.of(one.instance(), two.instance())));
            LoadBalancer orders = balancer(LoadBalancer.builder("orders.example")
                    .instances(List.of(one.instance(), two.instance()))
                    .strategy(Strategies.roundRobin()));
            ContractClient client = client(ContractOptions.of(orders, billing).withCookies());
            for (int i = 0; i < 4; i++) {
                client.send(ContractCall.get("http://orders.example/" + i));
            }
            client.send(ContractCall.get("http://billing.example/other"));
            assertThat(one.requestCount()).isGreaterThanOrEqualTo(2);
            assertThat(two.requestCount()).isGreaterThanOrEqualTo(2);
            assertThat(requests(one, two)).hasSize(5).allSatisfy(request -> {
                boolean sent = !List.of("/0", "/other").contains(request.target());
                assertThat(request.header("Cookie").orElse("none").contains("sid="))
                        .as("%s, %s", cookie, request)
                        .isEqualTo(sent);
            });
        }
    }

    @Test
    final void takesCookiesAlongARedirect() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        for (ScriptedServer server : List.of(one, two)) {
            server.reply(request -> request.target().equals("/login")
                    ? redirect(302, "/home").withHeader("Set-Cookie", "sid=7")
                    : ScriptedReply.ok(request.header("Cookie").orElse("none")));
        }
        LoadBalancer orders = orders(builder -> builder.strategy(Strategies.roundRobin()), one, two);
        ContractClient client =
                client(ContractOptions.of(orders).withRedirects().withCookies());
        assertThat(text(client.send(ContractCall.get("http://orders/login")))).contains("sid=7");
    }

    @Test
    final void answersTheChallengesOfTheServiceAndOfNobodyElse() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        for (ScriptedServer server : List.of(one, two)) {
            server.reply(request -> request.header("Authorization").isPresent()
                    ? ScriptedReply.ok("welcome")
                    : ScriptedReply.status(401).withHeader("WWW-Authenticate", "Basic realm=\"shop\""));
        }
        List<String> asked = new CopyOnWriteArrayList<>();
        LoadBalancer orders = orders(builder -> builder.strategy(Strategies.roundRobin()), one, two);
        LoadBalancer billing = balancer(LoadBalancer.builder("billing").instances(one.hostPort()));
        ContractClient client = client(ContractOptions.of(orders, billing).withPasswords(host -> {
            asked.add(host);
            return host.equals("orders") ? Optional.of("secret") : Optional.empty();
        }));
        for (int i = 0; i < 4; i++) {
            assertThat(text(client.send(ContractCall.post("http://orders/x", "body"))))
                    .isEqualTo("welcome");
        }
        assertThat(asked).isNotEmpty().containsOnly("orders");
        assertThat(picks(orders)).isEqualTo(4);
        try {
            assertThat(client.send(ContractCall.get("http://billing/y")).status())
                    .isEqualTo(401);
        } catch (IOException noCredentials) {
            // some clients fail such a call
        }
        assertThat(asked).contains("billing");
        assertThat(requests(one, two))
                .filteredOn(request -> request.target().equals("/y"))
                .isNotEmpty()
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).isEmpty());
        String basic =
                Base64.getEncoder().encodeToString((ContractOptions.USER + ":secret").getBytes(StandardCharsets.UTF_8));
        assertThat(requests(one, two))
                .extracting(request -> request.header("Authorization"))
                .contains(Optional.of("Basic " + basic));
    }

    private static List<RecordedRequest> requests(ScriptedServer... servers) {
        return Stream.of(servers).flatMap(server -> server.requests().stream()).toList();
    }

    private ContractClient following(ScriptedServer... instances) {
        return client(ContractOptions.of(orders(builder -> builder.strategy(Strategies.roundRobin()), instances))
                .withRedirects());
    }

    private static ScriptedReply redirect(int status, String location) {
        return ScriptedReply.status(status).withHeader("Location", location);
    }

    private static String text(ContractAnswer answer) throws IOException {
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }
}
