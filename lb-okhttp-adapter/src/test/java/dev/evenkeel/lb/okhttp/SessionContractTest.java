package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.routing.Routes;
import dev.evenkeel.lb.routing.Rule;
import dev.evenkeel.lb.routing.Split;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.session.SessionTokens;
import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.testkit.SessionContract;
import java.util.List;
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

    /** A library may give a client that it derives a jar of its own. */
    @Test
    void aSessionInTheJarOfADerivedClientStaysWithItsPartOfASplit() throws Exception {
        ScriptedServer[] servers = {server(), server()};
        LoadBalancer canary = balancer(LoadBalancer.builder("canary").instances(servers[1].hostPort()));
        Split split = Split.of(1, orders(servers[0])).and(1, canary);
        OkHttpClient http = BalancedOkHttp.builder(new OkHttpClient(), Routes.of(Rule.to(split)))
                .sessions(HttpSessions.inCookie(
                        SessionTokens.builder(new byte[32]).build(), "cart"))
                .build()
                .newBuilder()
                .cookieJar(new KeptCookies())
                .build();
        for (int i = 0; i < 20; i++) {
            http.newCall(new Request.Builder().url("http://orders/x").build())
                    .execute()
                    .close();
        }
        assertThat(List.of(servers[0].requestCount(), servers[1].requestCount()))
                .containsExactlyInAnyOrder(0, 20);
        http.dispatcher().executorService().shutdown();
    }
}
