package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A limit for the whole call, body included, which the client of the JDK does not have up to Java 25. */
class CallTimeoutTest extends HttpFixture {

    private final CountDownLatch rest = new CountDownLatch(1);
    private final BalancedHttpClient limited = BalancedHttpClient.builder(plain, orders)
            .callTimeout(Duration.ofSeconds(3))
            .build();

    @Override
    LoadBalancerBuilder timed(LoadBalancerBuilder builder) {
        return builder.ticker(clock).scheduler(clock);
    }

    @Test
    void endsACallThatIsNotAnswered() {
        everybodyReplies(ScriptedReply.silence());
        CompletableFuture<HttpResponse<String>> call =
                limited.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
        Eventually.until("a server has the request", () -> requestCount() == 1);
        clock.advance(Duration.ofSeconds(2));
        assertThat(call).isNotDone();
        clock.advance(Duration.ofSeconds(1));
        assertTimedOut(call);
        Eventually.until("the server sees that nobody waits", () -> openConnections() == 0);
        assertThat(outcomes(Kind.FAILED)).isEqualTo(1);
    }

    @Test
    void endsACallWhoseBodyTakesTooLong() {
        everybodyReplies(ScriptedReply.ok("first half, second half").withRestAfter(rest));
        CompletableFuture<HttpResponse<String>> call =
                limited.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
        awaitHead();
        clock.advance(Duration.ofSeconds(3));
        assertTimedOut(call);
        rest.countDown();
        Eventually.until("the server sees that nobody reads", () -> openConnections() == 0);
        assertThat(outcomes(Kind.FAILED)).isEqualTo(1);
    }

    @Test
    void endsABodyThatIsReadBitByBit() throws Exception {
        everybodyReplies(ScriptedReply.ok("first half, second half").withRestAfter(rest));
        CompletableFuture<HttpResponse<InputStream>> call =
                limited.sendAsync(get("http://orders/x"), BodyHandlers.ofInputStream());
        try (InputStream body = call.get(20, TimeUnit.SECONDS).body()) {
            assertThat(body.read()).isEqualTo('f');
            assertThat(inFlight()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(3));
            awaitNothingInFlight();
            assertThatThrownBy(body::readAllBytes).hasRootCauseInstanceOf(HttpTimeoutException.class);
        }
        rest.countDown();
        Eventually.until("the server sees that nobody reads", () -> openConnections() == 0);
        assertThat(outcomes(Kind.FAILED)).isEqualTo(1);
    }

    @Test
    void endsACallThatWaitsForTheFirstList() {
        try (LoadBalancer late = LoadBalancer.builder("late")
                .source(sink -> () -> {})
                .firstListTimeout(Duration.ofMinutes(5))
                .ticker(clock)
                .scheduler(clock)
                .build()) {
            BalancedHttpClient client = BalancedHttpClient.builder(plain, late)
                    .callTimeout(Duration.ofSeconds(3))
                    .build();
            CompletableFuture<?> call = client.sendAsync(get("http://late/x"), BodyHandlers.ofString());
            clock.advance(Duration.ofSeconds(3));
            assertTimedOut(call);
        }
    }

    @Test
    void endsABlockingCall() {
        everybodyReplies(ScriptedReply.ok("first half, second half").withRestAfter(rest));
        try (LoadBalancer inRealTime =
                LoadBalancer.builder("orders").instances(one.hostPort()).build()) {
            BalancedHttpClient client = BalancedHttpClient.builder(plain, inRealTime)
                    .callTimeout(Duration.ofMillis(100))
                    .build();
            assertThatThrownBy(() -> client.send(get("http://orders/x"), BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class)
                    .hasMessageContaining("PT0.1S");
            assertThat(inRealTime.snapshot().inFlight()).isZero();
        }
    }

    @Test
    void leavesNothingBehindWhenACallEndsInTime() throws Exception {
        assertThat(limited.send(get("http://orders/x"), BodyHandlers.ofString()).body())
                .isEqualTo("ok");
        assertThat(limited.sendAsync(get("http://orders/x"), BodyHandlers.ofInputStream())
                        .get(20, TimeUnit.SECONDS)
                        .body()
                        .readAllBytes())
                .hasSize(2);
        one.stop();
        two.stop();
        assertThatThrownBy(() -> limited.send(get("http://orders/x"), BodyHandlers.ofString()))
                .isInstanceOf(ConnectException.class);
        Eventually.until("no timer waits", () -> clock.pendingTasks() == 0);
    }

    @Test
    void isInterruptedAsAnyCall() throws Exception {
        everybodyReplies(ScriptedReply.silence());
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> limited.send(get("http://orders/x"), BodyHandlers.ofString()))
                .isInstanceOf(InterruptedException.class);
        awaitNothingInFlight();
    }

    @Test
    void takesAnyLimitForOne() throws Exception {
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        BalancedHttpClient client =
                BalancedHttpClient.builder(plain, orders).callTimeout(forEver).build();
        HttpRequest patient = HttpRequest.newBuilder(URI.create("http://orders/x"))
                .timeout(Duration.ofDays(1000))
                .build();
        assertThat(client.send(patient, BodyHandlers.ofString()).body()).isEqualTo("ok");
        assertThat(http.send(patient, BodyHandlers.ofString()).body()).isEqualTo("ok");
    }

    @Test
    void refusesALimitThatIsNone() {
        assertThatThrownBy(() -> BalancedHttpClient.builder(orders).callTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limit: PT0S (expected: > 0)");
    }

    private static void assertTimedOut(CompletableFuture<?> call) {
        assertThat(call)
                .failsWithin(Eventually.PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(HttpTimeoutException.class);
    }

    private void awaitHead() {
        Eventually.until(
                "the head has arrived",
                () -> orders.snapshot().instances().stream()
                        .anyMatch(instance -> !instance.latency().isZero()));
    }

    private void everybodyReplies(ScriptedReply reply) {
        one.reply(reply);
        two.reply(reply);
    }
}
