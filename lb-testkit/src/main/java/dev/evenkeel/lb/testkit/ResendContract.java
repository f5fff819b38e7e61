package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a client does that balances where the client below likes to send a request again by itself, and nobody is asked. An
 * adapter's test class extends this like {@link BalancedClientContract}. What has failed is in {@link RetryContract}.
 */
public abstract class ResendContract extends ContractFixture {

    /** For adapters to call. */
    protected ResendContract() {}

    /** Some of these are taken for a wish to be asked once more, and at once. */
    @Test
    final void sendsOnceWhatIsAnswered() throws Exception {
        ScriptedServer server = server();
        server.reply(request -> ScriptedReply.status(
                        Integer.parseInt(request.target().substring(1)))
                .withHeader("Retry-After", "0")
                .withBody("not now"));
        ContractClient client = client(orders(server));
        List<Integer> statuses = List.of(408, 421, 425, 429, 503);
        for (int status : statuses) {
            for (String method : List.of("GET", "POST")) {
                ContractAnswer answer = client.send(ContractCall.of(method, "http://orders/" + status));
                assertThat(answer.status()).isEqualTo(status);
                assertThat(answer.header("Retry-After")).contains("0");
                assertThat(text(answer)).isEqualTo("not now");
            }
        }
        assertThat(server.requestCount()).isEqualTo(2 * statuses.size());
    }

    /** As a server does that restarts, or closes what has been idle for long: no client makes its caller feel that. */
    @Test
    final void isAnsweredThoughTheConnectionThatWasKeptIsClosed() throws Exception {
        ScriptedServer server = server();
        server.reply(request -> server.requestCount() == 2
                ? ScriptedReply.hangUp()
                : ScriptedReply.ok(Integer.toString(server.requestCount())));
        LoadBalancer orders = orders(server);
        ContractClient client = client(orders);
        assertThat(text(client.send(ContractCall.get("http://orders/x")))).isEqualTo("1");
        assertThat(text(client.send(ContractCall.get("http://orders/x")))).isEqualTo("3");
        assertThat(picks(orders)).isEqualTo(2);
        assertThat(outcomes(orders, server, Kind.SUCCESS)).isEqualTo(2);
    }

    private static String text(ContractAnswer answer) throws IOException {
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }
}
