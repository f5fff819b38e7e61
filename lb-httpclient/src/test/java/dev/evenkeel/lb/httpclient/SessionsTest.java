package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.session.SessionTokens;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is particular to this client about sessions. */
class SessionsTest extends HttpFixture {

    private final SessionTokens tokens = SessionTokens.builder(new byte[32]).build();

    private static HttpResponse<String> seenByItsHandler(HttpClient client, List<HttpHeaders> seen) throws Exception {
        return client.send(get("http://orders/x"), head -> {
            seen.add(head.headers());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            return BodySubscribers.ofString(StandardCharsets.UTF_8);
        });
    }

    @Test
    void aBodyHandlerSeesTheTokenThatTheResponseHas() throws Exception {
        BalancedHttpClient balanced = BalancedHttpClient.builder(plain, orders)
                .sessions(HttpSessions.inHeader(tokens))
                .build();
        List<HttpHeaders> seen = new ArrayList<>();
        HttpResponse<String> response = seenByItsHandler(balanced, seen);
        assertThat(response.headers().firstValue(HttpSessions.DEFAULT_HEADER)).isPresent();
        assertThat(seen).containsExactly(response.headers());
    }

    @Test
    void aStoreOfCookiesThatThrowsCostsTheTokenAndNothingElse() throws Exception {
        one.reply(ScriptedReply.webSocket());
        two.reply(ScriptedReply.webSocket());
        CookieManager broken = new CookieManager() {
            @Override
            public void put(URI uri, Map<String, List<String>> headers) {
                if (headers.toString().contains("cart=")) {
                    throw new IllegalStateException("full");
                }
            }
        };
        BalancedHttpClient balanced = BalancedHttpClient.builder(
                        newPlainClient().cookieHandler(broken).build(), orders)
                .sessions(HttpSessions.inCookie(tokens, "cart"))
                .build();
        balanced.newWebSocketBuilder()
                .buildAsync(URI.create("ws://orders/x"), new WebSocket.Listener() {})
                .get()
                .abort();
        balanced.shutdownNow();
    }
}
