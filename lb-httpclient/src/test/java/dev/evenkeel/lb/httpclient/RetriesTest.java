package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is particular to the client of the JDK when a call is made again; the rest is in {@link RetryContractTest}. */
class RetriesTest extends HttpFixture {

    private static final RetryPolicy ON_STATUS =
            RetryPolicy.builder().onStatus(503).build();

    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger replies = new AtomicInteger();

    @TempDir
    private Path directory;

    @Test
    void asksTheHandlerOnceForAnAnswer() throws Exception {
        first(ScriptedReply.status(503).withBody("a page that says at length why it is not the answer"));
        AtomicInteger asked = new AtomicInteger();
        Path file = directory.resolve("body");
        BodyHandler<Path> handler = head -> {
            asked.incrementAndGet();
            return BodySubscribers.ofFile(file);
        };
        HttpResponse<Path> response = BalancedHttpClient.builder(plain, orders)
                .retries(ON_STATUS)
                .build()
                .send(get("http://orders/x"), handler);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.previousResponse()).isEmpty();
        assertThat(Files.readString(file)).isEqualTo("answer");
        assertThat(asked).hasValue(1);
        assertThat(requestCount()).isEqualTo(2);
    }

    @Test
    void doesNotReadOnAndOnWhatIsNotTheAnswer() throws Exception {
        first(ScriptedReply.status(503).withBody("on and on ".repeat(50_000)).withRestAfter(gate));
        BalancedHttpClient client =
                BalancedHttpClient.builder(plain, orders).retries(ON_STATUS).build();
        assertThat(client.send(get("http://orders/x"), BodyHandlers.ofString()).body())
                .isEqualTo("answer");
        gate.countDown();
        Eventually.until("only the good connection is kept", () -> openConnections() == 1);
        assertThat(outcomes(Kind.OVERLOADED)).isEqualTo(1);
    }

    @Test
    void fetchesABodyAgainThatIsCollected() throws Exception {
        first(ScriptedReply.cut());
        assertThat(http.send(get("http://orders/x"), BodyHandlers.ofString()).body())
                .isEqualTo("answer");
        first(ScriptedReply.cut());
        assertThat(http.sendAsync(get("http://orders/x"), BodyHandlers.ofByteArray())
                        .get(20, TimeUnit.SECONDS)
                        .body())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("answer");
        assertThat(outcomes(Kind.FAILED)).isEqualTo(2);
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(2);
    }

    @Test
    void doesNotFetchABodyAgainThatHasBeenHandedOn() {
        everybodyReplies(ScriptedReply.cut());
        BodyHandler<Path> toFile = BodyHandlers.ofFile(directory.resolve("body"));
        assertThatThrownBy(() -> http.send(get("http://orders/x"), toFile)).isInstanceOf(IOException.class);
        assertThat(requestCount()).isEqualTo(1);
    }

    /** What a handler of the caller's throws is not for the instance to repeat, whatever it is. */
    @Test
    void doesNotMistakeTheCallersFailureForTheInstances() {
        assertThatThrownBy(() -> http.send(get("http://orders/x"), head -> {
                    throw new IllegalStateException(new ConnectException("elsewhere"));
                }))
                .hasRootCauseInstanceOf(ConnectException.class);
        assertThat(requestCount()).isEqualTo(1);
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void leavesAFurtherAttemptTheRestOfTheTime() {
        one.reply(ScriptedReply.silence());
        two.reply(ScriptedReply.silence());
        HttpRequest request = HttpRequest.newBuilder(get("http://orders/x"), (name, value) -> true)
                .timeout(Duration.ofMillis(300))
                .build();
        RetryPolicy brief =
                RetryPolicy.builder().attemptTimeout(Duration.ofMillis(200)).build();
        BalancedHttpClient client =
                BalancedHttpClient.builder(plain, orders).retries(brief).build();
        assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                .isInstanceOf(HttpTimeoutException.class)
                .satisfies(failure -> assertThat(AttemptHistory.of(failure)).isNotEmpty());
        assertThat(requestCount()).isLessThanOrEqualTo(2);
    }

    @Test
    void endsAnAttemptWhoseBodyTakesTooLong() throws Exception {
        first(ScriptedReply.ok("first half, second half").withRestAfter(gate));
        RetryPolicy brief = RetryPolicy.builder()
                .attemptTimeout(Duration.ofSeconds(2))
                .backoff(Duration.ZERO, Duration.ZERO)
                .build();
        try (LoadBalancer timed = LoadBalancer.builder("orders")
                .instances(one.hostPort(), two.hostPort())
                .ticker(clock)
                .scheduler(clock)
                .build()) {
            BalancedHttpClient client =
                    BalancedHttpClient.builder(plain, timed).retries(brief).build();
            CompletableFuture<HttpResponse<String>> call =
                    client.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
            Eventually.until(
                    "the head has arrived",
                    () -> timed.snapshot().instances().stream()
                            .anyMatch(instance -> !instance.latency().isZero()));
            clock.advance(Duration.ofSeconds(2));
            assertThat(call.get(20, TimeUnit.SECONDS).body()).isEqualTo("answer");
            gate.countDown();
            assertThat(timed.snapshot().instances())
                    .extracting(instance -> instance.outcomes(Kind.FAILED))
                    .containsExactlyInAnyOrder(0L, 1L);
        }
        Eventually.until("only the good connection is kept", () -> openConnections() == 1);
    }

    @Test
    void endsEverythingWhenTheCallerLosesInterestInAFurtherAttempt() {
        first(ScriptedReply.hangUp(), ScriptedReply.silence());
        HttpRequest put = HttpRequest.newBuilder(URI.create("http://orders/x"))
                .PUT(BodyPublishers.ofString("10"))
                .build();
        CompletableFuture<String> derived =
                http.sendAsync(put, BodyHandlers.ofString()).thenApply(HttpResponse::body);
        Eventually.until("the second attempt is under way", () -> picks() == 2 && inFlight() == 1);
        derived.cancel(true);
        awaitNothingInFlight();
        Eventually.until("the server sees that nobody waits", () -> openConnections() == 0);
        assertThat(outcomes(Kind.CANCELLED)).isEqualTo(1);
    }

    @Test
    void failsAsTheFuturesOfTheClientDo() {
        one.stop();
        two.stop();
        CompletableFuture<Throwable> seen =
                http.sendAsync(get("http://orders/x"), BodyHandlers.ofString()).handle((response, failure) -> failure);
        assertThat(seen.orTimeout(20, TimeUnit.SECONDS).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ConnectException.class)
                .satisfies(failure -> assertThat(AttemptHistory.of(failure)).hasSize(2));
    }

    @Test
    void refusesAPolicyThatIsNone() {
        assertThatThrownBy(() -> BalancedHttpClient.builder(plain, orders)
                        .replay(request -> null)
                        .build()
                        .send(get("http://orders/x"), BodyHandlers.ofString()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("replay: null (expected: Replay.NEVER for never)");
        HttpRequest post = HttpRequest.newBuilder(get("http://orders/x"), (name, value) -> true)
                .POST(BodyPublishers.ofString("10"))
                .build();
        BalancedHttpClient strict = BalancedHttpClient.builder(plain, orders)
                .replay(request -> Replay.NEVER)
                .build();
        one.stop();
        two.stop();
        assertThatThrownBy(() -> strict.send(post, BodyHandlers.ofString())).isInstanceOf(ConnectException.class);
        assertThat(picks()).isEqualTo(1);
    }

    /** Whoever is called first; all that follows is the last reply. */
    private void first(ScriptedReply reply) {
        first(reply, ScriptedReply.ok("answer"));
    }

    private void first(ScriptedReply reply, ScriptedReply others) {
        replies.set(0);
        one.reply(request -> replies.getAndIncrement() == 0 ? reply : others);
        two.reply(request -> replies.getAndIncrement() == 0 ? reply : others);
    }

    private void everybodyReplies(ScriptedReply reply) {
        one.reply(reply);
        two.reply(reply);
    }
}
