package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.testkit.WebSocketContract;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.junit.jupiter.api.Test;

class WebSocketTest extends WebSocketContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new OkHttpContractClient(options);
    }

    @Test
    void asksForTheService() throws Exception {
        ScriptedServer server = ScriptedServer.start().reply(ScriptedReply.webSocket());
        try (Orders orders = Orders.of(server)) {
            WebSocket socket = orders.http().newWebSocket(Orders.request("ws://orders/x"), new WebSocketListener() {});
            orders.awaitInFlight(1);
            Eventually.until("the handshake is there", () -> server.requestCount() == 1);
            assertThat(server.requests().get(0).header("Host")).contains("orders");
            socket.cancel();
        }
    }

    /** OkHttp by itself would send the handshake once more, and the listener would see that of the second. */
    @Test
    void givesTheListenerTheAnswerOfAnInstanceThatIsUnavailable() throws Exception {
        ScriptedServer server = ScriptedServer.start();
        server.reply(ScriptedReply.status(503).withHeader("Retry-After", "0").withBody("sorry"));
        CompletableFuture<Response> answer = new CompletableFuture<>();
        try (Orders orders = Orders.of(server)) {
            orders.http().newWebSocket(Orders.request("ws://orders/x"), new WebSocketListener() {
                @Override
                public void onFailure(WebSocket socket, Throwable failure, Response response) {
                    answer.complete(response);
                }
            });
            Response unavailable = answer.get(20, TimeUnit.SECONDS);
            assertThat(unavailable.code()).isEqualTo(503);
            assertThat(unavailable.header("Retry-After")).isEqualTo("0");
            assertThat(BalancedOkHttp.instance(unavailable)).contains(server.instance());
            assertThat(server.requestCount()).isEqualTo(1);
            orders.awaitInFlight(0);
            assertThat(orders.ended(Kind.OVERLOADED)).isEqualTo(1);
        }
    }

    @Test
    void hasFailedIfTheServerDiesWithoutAGoodbye() throws Exception {
        ScriptedServer server = ScriptedServer.start().reply(ScriptedReply.webSocket());
        try (Orders orders = Orders.of(server)) {
            orders.http().newWebSocket(Orders.request("ws://orders/x"), new WebSocketListener() {});
            orders.awaitInFlight(1);
            Eventually.until("the handshake is there", () -> server.requestCount() == 1);
            server.stop();
            orders.awaitInFlight(0);
            assertThat(orders.ended(Kind.FAILED)).isEqualTo(1);
        }
    }

    /** The connection is closed before anybody hears of the cancel. */
    @Test
    void hasNotFailedIfTheCallerHangsUp() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        EventListener late = new EventListener() {
            @Override
            public void canceled(Call call) {
                Eventually.until("the end is told", () -> over.getCount() == 0);
            }

            @Override
            public void callEnd(Call call) {
                over.countDown();
            }

            @Override
            public void callFailed(Call call, IOException failure) {
                over.countDown();
            }
        };
        ScriptedServer server = ScriptedServer.start().reply(ScriptedReply.webSocket());
        try (Orders orders = Orders.with(client -> client.eventListener(late), server)) {
            CompletableFuture<WebSocket> open = new CompletableFuture<>();
            orders.http().newWebSocket(Orders.request("ws://orders/x"), new WebSocketListener() {
                @Override
                public void onOpen(WebSocket socket, Response response) {
                    open.complete(socket);
                }
            });
            open.join().cancel();
            orders.awaitInFlight(0);
            Eventually.until("it has ended well", () -> orders.ended(Kind.SUCCESS) == 1);
        }
    }
}
