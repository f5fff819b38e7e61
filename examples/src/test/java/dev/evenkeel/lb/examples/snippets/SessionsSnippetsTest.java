package dev.evenkeel.lb.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.examples.support.DemoServer;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.session.HttpSessions;
import dev.evenkeel.lb.session.SessionTokens;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The snippets of docs/sessions.md. */
class SessionsSnippetsTest {

    private final LoadBalancer carts = LoadBalancer.builder("carts")
            .instances("10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3:8080")
            .build();
    private final byte[] secret = newSecret();
    private final byte[] newSecret = newSecret();
    private final List<InetSocketAddress> talkedTo = new ArrayList<>();

    private static byte[] newSecret() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return secret;
    }

    @AfterEach
    void close() {
        assertThat(carts.snapshot().inFlight()).isZero();
        carts.close();
    }

    private void talkTo(InetSocketAddress address) {
        talkedTo.add(address);
    }

    @Test
    void inCode() {
        // snippet
        StickySession session = new StickySession();
        try (Lease lease = carts.acquire(PickRequest.inSession(session))) {
            talkTo(lease.instance().address());
            lease.succeeded();
        }
        // end
        assertThat(session.instanceId("carts")).isPresent();
    }

    @Test
    void tokens() {
        String token = call(null);
        for (int i = 0; i < 5; i++) {
            token = call(token);
        }
        assertThat(talkedTo).hasSize(6).containsOnly(talkedTo.get(0));
    }

    private String call(String stored) {
        // snippet
        SessionTokens tokens = SessionTokens.builder(secret).build();
        StickySession session = stored == null ? new StickySession() : tokens.resume("carts", stored);
        try (Lease lease = carts.acquire(PickRequest.inSession(session))) {
            talkTo(lease.instance().address());
            lease.succeeded();
        }
        stored = tokens.token("carts", session).orElseThrow();
        // end
        return stored;
    }

    @Test
    void rotation() {
        String old = call(null);
        // snippet
        SessionTokens first =
                SessionTokens.builder(secret).alsoAccept(newSecret).build();
        SessionTokens then = SessionTokens.builder(newSecret).alsoAccept(secret).build();
        // end
        assertThat(first.resume("carts", old).instanceId("carts")).isPresent();
        assertThat(then.resume("carts", old).instanceId("carts")).isPresent();
    }

    @Test
    void overHttp() throws Exception {
        try (DemoServer server = DemoServer.start("alpha", Duration.ZERO);
                LoadBalancer carts = LoadBalancer.builder("carts")
                        .instances(List.of(server.instance()))
                        .build()) {
            SessionTokens tokens = SessionTokens.builder(secret).build();
            HttpClient client = HttpClient.newHttpClient();
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://carts/")).build();
            // snippet
            BalancedHttpClient http = BalancedHttpClient.builder(client, carts)
                    .sessions(HttpSessions.inHeader(tokens))
                    .build();
            HttpResponse<String> first = http.send(request, BodyHandlers.ofString());
            String token = first.headers().firstValue("Lb-Session").orElseThrow();
            // end
            assertThat(tokens.resume("carts", token).instanceId("carts")).contains("alpha");
        }
    }

    @Test
    void inCookies() {
        SessionTokens tokens = SessionTokens.builder(secret).build();
        OkHttpClient client = new OkHttpClient();
        // snippet
        OkHttpClient http = BalancedOkHttp.builder(client, carts)
                .sessions(HttpSessions.inCookie(tokens, "cart"))
                .build();
        // end
        assertThat(http.networkInterceptors()).hasSize(2);
    }

    @Test
    void builders() {
        SessionTokens tokens = SessionTokens.builder(secret).build();
        LoadBalancer orders = carts;
        HttpClient client = HttpClient.newHttpClient();
        // snippet
        BalancedHttpClient.builder(client, orders)
                .sessions(HttpSessions.inHeader(tokens))
                .build();
        // end
        builders(new OkHttpClient(), orders, tokens);
    }

    private static void builders(OkHttpClient client, LoadBalancer orders, SessionTokens tokens) {
        // snippet
        BalancedOkHttp.builder(client, orders)
                .sessions(HttpSessions.inHeader(tokens))
                .build();
        // end
    }

    @Test
    void flood() {
        InMemoryRegistry registry = new InMemoryRegistry();
        registry.register("carts", ServiceInstance.of("10.0.0.1:8080"));
        registry.register("carts", ServiceInstance.of("10.0.0.2:8080"));
        // snippet
        LoadBalancer carts = LoadBalancer.builder("carts")
                .source(registry)
                .maxInFlightPerInstance(200)
                .maxSessionLoad(2)
                .build();
        // end
        carts.acquire(PickRequest.inSession(new StickySession())).succeeded();
        carts.close();
    }
}
