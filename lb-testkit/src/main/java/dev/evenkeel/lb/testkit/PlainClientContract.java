package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * That neither the server nor the caller can tell a balanced call from one of the client that is wrapped. An adapter's test class
 * extends this like {@link BalancedClientContract}.
 *
 * <p>The plain call is one to the address of the server: as that is no service, the wrapped client makes it.
 */
public abstract class PlainClientContract extends ContractFixture {

    private static final List<ContractCall> CALLS = List.of(
            ContractCall.get("/a%2Fb;v=1?x=%20&y=#part"),
            ContractCall.get("/x")
                    .withHeader("x-lower", "1")
                    .withHeader("X-Upper", " two  words ")
                    .withHeader("Accept-Encoding", "identity"),
            ContractCall.get("/x").withHeader("User-Agent", "mine").withHeader("X-Long", "0123456789".repeat(1_000)),
            ContractCall.of("HEAD", "/x"),
            ContractCall.of("OPTIONS", "/x"),
            ContractCall.of("DELETE", "/x"),
            ContractCall.of("DELETE", "/x").withBody("with a body"),
            ContractCall.post("/x", "a body").withHeader("Content-Type", "text/plain"),
            ContractCall.post("/x", "a body that is there once").withBodyOnce(),
            ContractCall.put("/x", ""),
            ContractCall.of("PATCH", "/x").withBody("0123456789".repeat(10_000)),
            ContractCall.of("PROPFIND", "/x"));

    private static final List<ScriptedReply> REPLIES = List.of(
            ScriptedReply.ok("ok"),
            ScriptedReply.ok(""),
            ScriptedReply.ok("0123456789".repeat(100_000)).withHeader("X-Answer", "42"),
            ScriptedReply.status(204),
            ScriptedReply.status(205),
            ScriptedReply.status(206).withBody("a part"),
            ScriptedReply.status(300).withBody("a choice"),
            ScriptedReply.status(302).withHeader("Location", "/new").withBody("there"),
            ScriptedReply.status(307).withHeader("Location", "ftp://orders/new"),
            ScriptedReply.status(304).withHeader("ETag", "\"7\""),
            ScriptedReply.status(401).withHeader("WWW-Authenticate", "Basic realm=\"shop\""),
            ScriptedReply.status(404).withBody("not found"),
            ScriptedReply.status(408).withHeader("Retry-After", "9"),
            ScriptedReply.status(429).withHeader("Retry-After", "9").withBody("later"),
            ScriptedReply.status(500).withBody("sorry"),
            ScriptedReply.status(503)
                    .withHeader("Retry-After", "9")
                    .withHeader("X-Last", "1")
                    .withBody("later"),
            ScriptedReply.cut(),
            ScriptedReply.garbage(),
            ScriptedReply.hangUp(),
            ScriptedReply.reset());

    private ScriptedServer server;

    /** For adapters to call. */
    protected PlainClientContract() {}

    @BeforeEach
    final void start() {
        server = server();
    }

    /** How a call is made, and what its caller gets. */
    private interface Way {

        ContractAnswer of(ContractClient client, ContractCall call) throws Exception;
    }

    @Test
    final void serversSeeTheSameBytes() throws Exception {
        ContractClient client = client(orders(server));
        for (ContractCall call : CALLS) {
            assertSameBytes(client, call);
        }
    }

    @Test
    final void serversSeeTheSameBytesAlongRedirects() throws Exception {
        ContractClient client = client(ContractOptions.of(orders(server)).withRedirects());
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            server.reply(request -> request.target().equals("/new")
                    ? ScriptedReply.ok("new")
                    : ScriptedReply.status(status).withHeader("Location", "/new"));
            for (ContractCall call : CALLS) {
                assertSameBytes(client, call);
            }
        }
    }

    private void assertSameBytes(ContractClient client, ContractCall call) {
        int before = server.requests().size();
        String plain = seen(ContractClient::send, client, plain(call));
        int between = server.requests().size();
        String balanced = seen(ContractClient::send, client, balanced(call));
        assertThat(balanced).as("%s", call).isEqualTo(plain);
        List<RecordedRequest> all = server.requests();
        assertThat(bytes(all.subList(between, all.size())))
                .as("%s", call)
                .isNotEmpty()
                .isEqualTo(bytes(all.subList(before, between)));
    }

    /** The host is whatever the client says of a service. */
    private static List<String> bytes(List<RecordedRequest> requests) {
        return requests.stream()
                .map(request -> String.join("\n", request.head()).replaceFirst("\nHost: .*", "\nHost: whoever")
                        + "\n\n"
                        + request.body())
                .toList();
    }

    @Test
    final void callersSeeTheSameAnswersAndFailures() throws Exception {
        assertSameAnswers(ContractClient::send);
    }

    @Test
    final void callersWhoReadBitByBitSeeTheSame() throws Exception {
        assertSameAnswers(ContractClient::open);
    }

    @Test
    final void callersWhoDoNotWaitSeeTheSame() throws Exception {
        assertSameAnswers((client, call) -> {
            RecordedCall async = new RecordedCall();
            client.sendAsync(call, async);
            return async.answerOrFailure();
        });
    }

    /** Of POST: other calls are made again. */
    private void assertSameAnswers(Way way) {
        LoadBalancer orders = orders(server);
        ContractCall call = ContractCall.post("/x", "body");
        for (ContractClient client :
                List.of(client(orders), client(ContractOptions.of(orders).withRedirects()))) {
            for (ScriptedReply reply : REPLIES) {
                server.reply(request -> request.target().equals("/new") ? ScriptedReply.ok("new") : reply);
                String plain = seen(way, client, plain(call));
                assertThat(seen(way, client, balanced(call))).as("%s", reply).isEqualTo(plain);
            }
        }
    }

    private static String seen(Way way, ContractClient client, ContractCall call) {
        try (ContractAnswer answer = way.of(client, call)) {
            String body = new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
            return answer.status() + " " + answer.url().getRawPath() + " " + answer.headers() + " " + body;
        } catch (Exception failure) {
            return failure.getClass().getName();
        }
    }

    private ContractCall plain(ContractCall call) {
        return call.withUrl("http://" + server.hostPort() + call.url());
    }

    private static ContractCall balanced(ContractCall call) {
        return call.withUrl("http://orders" + call.url());
    }

    // ---- time

    @Test
    final void theTimeOfACallIsUpAlsoWhileItWaitsForAnInstance() throws Exception {
        LoadBalancer late = balancer(LoadBalancer.builder("late")
                .source(new LateSource())
                .firstListTimeout(Eventually.PATIENCE.multipliedBy(2)));
        ContractClient client = client(late);
        ContractCall call = ContractCall.post("http://late/x", "body").withTimeout(Duration.ofMillis(50));
        RecordedCall async = new RecordedCall();
        client.sendAsync(call, async);
        assertThat(async.failure()).isInstanceOf(IOException.class).isNotInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> client.send(call))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(ConnectException.class);
    }
}
