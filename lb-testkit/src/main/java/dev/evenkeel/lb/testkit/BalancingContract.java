package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Which calls are balanced, where they go, what arrives there and what the caller sees. */
abstract class BalancingContract extends ContractFixture {

    @Test
    final void sharesCallsOutOverTheInstances() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        ContractClient client = client(orders(builder -> builder.strategy(Strategies.roundRobin()), one, two));
        for (int i = 0; i < 100; i++) {
            assertThat(client.send(ContractCall.get("http://orders/x")).status())
                    .isEqualTo(200);
        }
        assertThat(one.requestCount()).isEqualTo(50);
        assertThat(two.requestCount()).isEqualTo(50);
    }

    /** Some clients keep few idle connections in all: then each call would need a new one here. */
    @Test
    final void keepsAConnectionToEachOfManyInstances() throws Exception {
        ScriptedServer[] servers = new ScriptedServer[20];
        Arrays.setAll(servers, i -> server());
        ContractClient client = client(orders(builder -> builder.strategy(Strategies.roundRobin()), servers));
        for (int i = 0; i < 200; i++) {
            client.send(ContractCall.get("http://orders/x"));
        }
        assertThat(servers)
                .allSatisfy(server -> assertThat(server.requestCount()).isEqualTo(10));
        assertThat(Arrays.stream(servers)
                        .mapToInt(ScriptedServer::acceptedConnections)
                        .sum())
                .isBetween(20, 25);
    }

    @Test
    final void leavesOtherHostsAlone() throws Exception {
        ScriptedServer instance = server();
        ScriptedServer elsewhere = server();
        LoadBalancer orders = orders(instance);
        ContractAnswer answer = client(ContractOptions.of(orders).withStickyHeader("X-User"))
                .send(ContractCall.get("http://" + elsewhere.hostPort() + "/x").withHeader("X-User", "ada"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.instance()).isEmpty();
        assertThat(elsewhere.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.header("X-User")).contains("ada"));
        assertThat(picks(orders)).isZero();
    }

    @Test
    final void servesSeveralServices() throws Exception {
        ScriptedServer order = server();
        ScriptedServer bill = server();
        LoadBalancer billing = balancer(LoadBalancer.builder("billing").instances(bill.hostPort()));
        ContractClient client = client(orders(order), billing);
        client.send(ContractCall.get("http://orders/o"));
        client.send(ContractCall.get("http://billing/b"));
        assertThat(order.requests()).extracting(RecordedRequest::target).containsExactly("/o");
        assertThat(bill.requests()).extracting(RecordedRequest::target).containsExactly("/b");
    }

    @Test
    final void goesByARouter() throws Exception {
        ScriptedServer order = server();
        ScriptedServer report = server();
        LoadBalancer orders = orders(order);
        LoadBalancer reports = balancer(LoadBalancer.builder("reports").instances(report.hostPort()));
        Router router = request -> !request.host().equals("shop")
                ? Optional.empty()
                : Optional.of(
                        request.path().startsWith("/reports/")
                                        && request.method().equals("GET")
                                        && request.query().equals(Optional.of("y=%20"))
                                        && request.header("x-kind").equals(Optional.of("month"))
                                ? reports
                                : orders);
        ContractClient client = client(ContractOptions.of(router));
        client.send(ContractCall.get("http://SHOP/reports/1?y=%20").withHeader("X-Kind", "month"));
        client.send(ContractCall.get("http://shop/orders/1"));
        assertThat(report.requests()).extracting(RecordedRequest::target).containsExactly("/reports/1?y=%20");
        assertThat(order.requests()).extracting(RecordedRequest::target).containsExactly("/orders/1");
    }

    @Test
    final void sendsPathAndQueryAsTheyStand() throws Exception {
        ScriptedServer server = server();
        ContractClient client = client(orders(server));
        client.send(ContractCall.get("http://orders/a%2Fb/%E2%82%AC;v=1?x=%20y&z=%26"));
        client.send(ContractCall.get("http://orders"));
        client.send(ContractCall.get("http://orders/?"));
        assertThat(server.requests())
                .extracting(RecordedRequest::target)
                .startsWith("/a%2Fb/%E2%82%AC;v=1?x=%20y&z=%26", "/")
                .element(2)
                .asString()
                .isIn("/?", "/"); // an empty query may be kept or dropped, as the client sees fit
    }

    @Test
    final void takesAServiceInAnyCaseAndWithAnyPort() throws Exception {
        ScriptedServer server = server();
        LoadBalancer orders = orders(server);
        ContractClient client = client(orders);
        client.send(ContractCall.get("http://ORDERS/upper"));
        client.send(ContractCall.get("http://orders:9999/port"));
        assertThat(server.requests()).extracting(RecordedRequest::target).containsExactly("/upper", "/port");
        assertThat(picks(orders)).isEqualTo(2);
    }

    @Test
    final void refusesServicesThatNoUrlCanName() {
        assertThatThrownBy(() -> LoadBalancer.builder("order_service"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("order_service")
                .hasMessageContaining("order-service");
    }

    @Test
    final void sendsMethodHeadersAndBody() throws Exception {
        ScriptedServer server = server();
        client(orders(server))
                .send(ContractCall.post("http://orders/new", "{\"item\": \"\u20ac\"}")
                        .withHeader("X-Trace", "t 1"));
        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.target()).isEqualTo("/new");
            assertThat(request.header("x-trace")).contains("t 1");
            assertThat(request.body()).isEqualTo("{\"item\": \"\u20ac\"}");
        });
    }

    @Test
    final void givesTheAnswerOfTheInstance() throws Exception {
        ScriptedServer server = server();
        String large = "0123456789abcdef".repeat(64 * 1024);
        server.reply(ScriptedReply.status(418).withHeader("X-Answer", "42").withBody(large));
        ContractAnswer answer = client(orders(server)).send(ContractCall.get("http://orders/tea"));
        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.header("x-answer")).contains("42");
        assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(large);
    }

    @Test
    final void showsTheLogicalUrlAndWhoAnswered() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        one.reply(ScriptedReply.ok("one"));
        two.reply(ScriptedReply.ok("two"));
        ContractClient client = client(orders(one, two));
        for (int i = 0; i < 10; i++) {
            ContractAnswer answer = client.send(ContractCall.get("http://orders/v1/x?y=1"));
            assertThat(answer.url()).isEqualTo(URI.create("http://orders/v1/x?y=1"));
            String body = new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer.instance()).contains(body.equals("one") ? one.instance() : two.instance());
        }
    }

    @Test
    final void reachesInstancesByIpv6() throws Exception {
        ScriptedServer server = ipv6Server();
        LoadBalancer orders = orders(server);
        ContractAnswer answer = client(orders).send(ContractCall.get("http://orders/x"));
        assertThat(answer.instance()).contains(server.instance());
        assertThat(server.requestCount()).isEqualTo(1);
    }

    private ScriptedServer ipv6Server() {
        try {
            return serverAt("::1");
        } catch (UncheckedIOException none) {
            return Assumptions.abort("no IPv6 here");
        }
    }

    @Test
    final void neverReachesAnInstanceWhoseNameIsUnknown() throws Exception {
        ServiceInstance nobody = ServiceInstance.of("nobody.invalid", 80);
        LoadBalancer orders = orders(builder -> builder, List.of(nobody));
        ContractClient client = client(orders);
        assertThatThrownBy(() -> client.send(ContractCall.post("http://orders/x", "body")))
                .isInstanceOf(IOException.class);
        RecordedCall async = new RecordedCall();
        client.sendAsync(ContractCall.post("http://orders/x", "body"), async);
        assertThat(async.failure()).isInstanceOf(IOException.class);
        assertThat(orders.snapshot().instance(nobody.id()).outcomes(Kind.NEVER_REACHED))
                .isEqualTo(2);
    }

    @Test
    final void keepsAKeyFromAHeaderOnItsInstance() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        ScriptedServer three = server();
        LoadBalancer orders =
                orders(builder -> builder.strategy(Strategies.stickyKey(Strategies.roundRobin())), one, two, three);
        ContractClient client = client(ContractOptions.of(orders).withStickyHeader("X-User"));
        Set<Optional<?>> chosen = new HashSet<>();
        for (int user = 0; user < 40; user++) {
            ContractCall call = ContractCall.get("http://orders/x").withHeader("x-USER", "user-" + user);
            ContractAnswer first = client.send(call);
            chosen.add(first.instance());
            assertThat(client.send(call).instance()).isEqualTo(first.instance());
        }
        assertThat(chosen).hasSize(3);
        for (ScriptedServer server : Set.of(one, two, three)) {
            assertThat(server.requests())
                    .allSatisfy(request -> assertThat(request.header("X-User")).isEmpty());
        }
    }

    @Test
    final void honoursNoHeaderUnlessAskedTo() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        LoadBalancer orders =
                orders(builder -> builder.strategy(Strategies.stickyKey(Strategies.roundRobin())), one, two);
        ContractClient client = client(orders);
        for (int i = 0; i < 4; i++) {
            client.send(ContractCall.get("http://orders/x").withHeader("X-User", "ada"));
        }
        assertThat(one.requestCount()).isEqualTo(2);
        assertThat(one.requests())
                .allSatisfy(request -> assertThat(request.header("X-User")).contains("ada"));
    }

    @Test
    final void takesWhatASingleCallSaysOverTheHeader() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        LoadBalancer orders =
                orders(builder -> builder.strategy(Strategies.stickyKey(Strategies.roundRobin())), one, two);
        ContractClient client = client(ContractOptions.of(orders).withStickyHeader("X-User"));
        for (ScriptedServer wanted : Set.of(one, two)) {
            ContractAnswer answer = client.send(ContractCall.get("http://orders/x")
                    .withHeader("X-User", "ada")
                    .withPickRequest(
                            PickRequest.builder().only(wanted.hostPort()).build()));
            assertThat(answer.instance()).contains(wanted.instance());
        }
        assertThat(one.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.header("X-User")).isEmpty());
    }
}
