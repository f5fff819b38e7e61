package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.session.SessionTokens;
import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.testkit.SessionContract;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.junit.jupiter.api.Test;

class SessionContractTest extends SessionContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new OkHttpContractClient(options);
    }

    @Test
    void theAnswerToTheHandshakeOfAWebSocketHasAToken() throws Exception {
        ScriptedServer server = server().reply(ScriptedReply.webSocket());
        SessionTokens tokens = SessionTokens.builder(new byte[32]).build();
        OkHttpClient http = BalancedOkHttp.builder(new OkHttpClient(), orders(server))
                .sessions(HttpSessions.inHeader(tokens))
                .build();
        CompletableFuture<Response> answer = new CompletableFuture<>();
        WebSocket socket =
                http.newWebSocket(new Request.Builder().url("ws://orders/x").build(), new WebSocketListener() {
                    @Override
                    public void onOpen(WebSocket opened, Response response) {
                        answer.complete(response);
                    }
                });
        String token =
                answer.get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS).header(HttpSessions.DEFAULT_HEADER);
        assertThat(tokens.resume("orders", token).instanceId("orders")).contains(server.hostPort());
        socket.cancel();
        http.dispatcher().executorService().shutdown();
    }
}
