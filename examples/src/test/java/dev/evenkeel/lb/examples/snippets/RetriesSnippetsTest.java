package dev.evenkeel.lb.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The snippets of docs/retries.md. */
class RetriesSnippetsTest {

    private final LoadBalancer orders = LoadBalancer.builder("orders")
            .instances("10.0.0.1:8080", "10.0.0.2:8080")
            .build();
    private final List<InetSocketAddress> talkedTo = new ArrayList<>();

    @AfterEach
    void close() {
        assertThat(orders.snapshot().inFlight()).isZero();
        orders.close();
    }

    @Test
    void okHttp() {
        OkHttpClient client = new OkHttpClient();
        // snippet
        OkHttpClient http = BalancedOkHttp.builder(client, orders)
                .retries(RetryPolicy.builder().onStatus(502, 503, 504).build())
                .replay(request ->
                        request.header("Idempotency-Key") != null ? Replay.ALWAYS : Replay.ofMethod(request.method()))
                .build();
        // end
        assertThat(http.interceptors()).hasSize(1);
    }

    @Test
    void call() throws Exception {
        // snippet
        String answer = BalancedCall.to(orders)
                .replay(Replay.ALWAYS)
                .timeout(Duration.ofSeconds(2))
                .build()
                .execute(attempt -> talkTo(attempt.instance().address()));
        // end
        assertThat(answer).isEqualTo("ok");
        assertThat(talkedTo).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void sockets() throws Exception {
        // snippet
        RetryPolicy retries =
                RetryPolicy.builder().attemptTimeout(Duration.ofMillis(250)).build();
        // end
        assertThat(retries.attemptTimeout()).isPresent();
        read(RetryPolicy.defaults());
    }

    private static void read(RetryPolicy retries) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                LoadBalancer orders = LoadBalancer.builder("orders")
                        .instances("127.0.0.1:" + server.getLocalPort())
                        .build()) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> answer(server));
            // snippet
            byte[] answer = BalancedCall.to(orders).retries(retries).build().execute(attempt -> {
                try (Socket socket = new Socket()) {
                    attempt.onStop(() -> close(socket));
                    socket.connect(attempt.instance().address());
                    return socket.getInputStream().readAllBytes();
                }
            });
            // end
            assertThat(answer).asString(StandardCharsets.US_ASCII).isEqualTo("ok");
            served.join();
        }
    }

    @Test
    void hedging() {
        // snippet
        CompletableFuture<String> answer = BalancedCall.to(orders)
                .replay(Replay.ALWAYS)
                .hedging(HedgePolicy.defaults())
                .build()
                .executeAsync(attempt -> talkToAsync(attempt.instance().address()));
        // end
        assertThat(answer).isCompletedWithValue("ok");
    }

    @Test
    void http() {
        HttpClient client = HttpClient.newHttpClient();
        // snippet
        HttpClient http = BalancedHttpClient.builder(client, orders)
                .replay(request ->
                        request.headers().firstValue("Idempotency-Key").isPresent()
                                ? Replay.ALWAYS
                                : Replay.ofMethod(request.method()))
                .build();
        // end
        assertThat(http).isInstanceOf(BalancedHttpClient.class);
    }

    @Test
    void history() {
        IOException failure = new IOException("reset");
        // snippet
        for (AttemptHistory.Entry attempt : AttemptHistory.of(failure)) {
            System.out.println(attempt.instanceId() + ": " + attempt.outcome() + " after " + attempt.duration());
        }
        // end
        assertThat(AttemptHistory.of(failure)).isEmpty();
    }

    /** The first one is not there. */
    private String talkTo(InetSocketAddress address) throws IOException {
        talkedTo.add(address);
        if (talkedTo.size() == 1) {
            throw new ConnectException();
        }
        return "ok";
    }

    private CompletableFuture<String> talkToAsync(InetSocketAddress address) {
        talkedTo.add(address);
        return CompletableFuture.completedFuture("ok");
    }

    private static void answer(ServerSocket server) {
        try (Socket caller = server.accept()) {
            caller.getOutputStream().write("ok".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
