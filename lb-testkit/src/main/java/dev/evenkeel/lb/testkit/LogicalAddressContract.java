package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * That callers deal with addresses of services and never with those of instances, redirects included, whatever the client;
 * and that what has an effect is done once. An adapter's test class extends this like {@link BalancedClientContract}.
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
    final void executesOnceWhatIsSentOn() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        for (ScriptedServer server : List.of(one, two)) {
            server.reply(request ->
                    request.target().equals("/pay") ? redirect(307, "http://orders/final") : ScriptedReply.ok("paid"));
        }
        assertThat(text(following(one, two).send(ContractCall.post("http://orders/pay", "10"))))
                .isEqualTo("paid");
        assertThat(Stream.of(one, two).flatMap(server -> server.requests().stream()))
                .extracting(RecordedRequest::toString)
                .containsExactlyInAnyOrder("POST /pay", "POST /final");
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
            assertThat(Stream.of(one, two).flatMap(server -> server.requests().stream()))
                    .filteredOn(request -> request.method().equals("POST"))
                    .hasSize(kept + 1);
            client.send(ContractCall.get("http://orders/x"));
            client.send(ContractCall.get("http://orders/x"));
        }
    }

    private ContractClient following(ScriptedServer... instances) {
        return client(ContractOptions.of(orders(builder -> builder.strategy(Strategies.roundRobin()), instances))
                .followingRedirects());
    }

    private static ScriptedReply redirect(int status, String location) {
        return ScriptedReply.status(status).withHeader("Location", location);
    }

    private static String text(ContractAnswer answer) throws IOException {
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }
}
