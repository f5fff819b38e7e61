package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.RecordedRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the caller does, what he gets of it is what the client of the JDK makes of it. */
class LikeThePlainClientTest extends HttpFixture {

    /** Of each way in which calls are made: on the thread of the caller, and on others. */
    private final List<BalancedHttpClient> balanced = List.of(
            http,
            BalancedHttpClient.builder(plain, orders)
                    .callTimeout(Duration.ofMinutes(1))
                    .build(),
            BalancedHttpClient.builder(plain, orders)
                    .retries(RetryPolicy.builder()
                            .attemptTimeout(Duration.ofMinutes(1))
                            .build())
                    .build(),
            BalancedHttpClient.builder(plain, orders)
                    .hedging(HedgePolicy.after(Duration.ofMinutes(1)))
                    .build());

    static Stream<Throwable> thrown() {
        return Stream.of(
                new IllegalStateException("mine"),
                new IllegalArgumentException("mine"),
                new SecurityException("mine"),
                new UncheckedIOException(new IOException("mine")),
                new AssertionError("mine"));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void failsAsThatDoesIfTheHandlerThrows(Throwable mine) throws Exception {
        assertFailsAlike(get(), head -> {
            throw unchecked(mine);
        });
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void failsAsThatDoesIfTheBodyIsNotToBeHad(Throwable mine) throws Exception {
        assertFailsAlike(
                get(),
                head -> BodySubscribers.mapping(BodySubscribers.ofString(StandardCharsets.UTF_8), text -> {
                    throw unchecked(mine);
                }));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void blamesNobodyForABodyThatThrows(Throwable mine) throws Exception {
        BodyHandler<?> handler = BodyHandlers.ofString();
        assertFailsAlike(put(new Throwing(mine, false)), handler);
        assertFailsAlike(put(new Throwing(mine, true)), handler);
        assertThat(outcomes(Kind.FAILED)).isZero();
        assertThat(outcomes(Kind.CANCELLED)).isEqualTo(picks());
    }

    private void assertFailsAlike(Unaddressed request, BodyHandler<?> handler) throws Exception {
        String expected = described(() -> plain.send(request.to(one.hostPort()), handler));
        String expectedLater = described(() -> later(plain, request.to(one.hostPort()), handler));
        for (BalancedHttpClient client : balanced) {
            assertThat(described(() -> client.send(request.to("orders"), handler)))
                    .isEqualTo(expected);
            assertThat(described(() -> later(client, request.to("orders"), handler)))
                    .isEqualTo(expectedLater);
        }
    }

    /** Throws what whoever depends on the future is told. */
    private static void later(HttpClient client, HttpRequest request, BodyHandler<?> handler) throws Exception {
        Throwable told = client.sendAsync(request, handler)
                .<Throwable>handle((response, failure) -> failure)
                .get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (told != null) {
            throw new Told(told);
        }
    }

    private static final class Told extends Exception {

        private static final long serialVersionUID = 1L;

        Told(Throwable failure) {
            super(failure);
        }
    }

    private interface Sending {

        void run() throws Exception;
    }

    /** Types and messages of what it throws, and of all causes. */
    private static String described(Sending sending) {
        try {
            sending.run();
            return "nothing";
        } catch (Throwable thrown) {
            List<String> chain = new ArrayList<>();
            Throwable first = thrown instanceof Told ? thrown.getCause() : thrown;
            for (Throwable cause = first; cause != null; cause = cause.getCause()) {
                chain.add(cause.getClass().getName() + ": " + message(cause));
            }
            return chain.toString();
        }
    }

    /** The JVM says by itself what was null, and where. */
    private static String message(Throwable thrown) {
        boolean isOfTheJvm =
                thrown instanceof NullPointerException || thrown.getCause() instanceof NullPointerException;
        return isOfTheJvm ? "something is null" : thrown.getMessage();
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }

    /** A request to whomever. */
    private interface Unaddressed {

        HttpRequest to(String host);
    }

    private static Unaddressed get() {
        return host -> get("http://" + host + "/x");
    }

    private static Unaddressed put(BodyPublisher body) {
        return host -> HttpRequest.newBuilder(URI.create("http://" + host + "/x"))
                .PUT(body)
                .build();
    }

    /** Throws when it is asked for its length, or for its bytes. */
    private record Throwing(Throwable mine, boolean hasLength) implements BodyPublisher {

        @Override
        public long contentLength() {
            if (hasLength) {
                return 4;
            }
            throw unchecked(mine);
        }

        @Override
        public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            throw unchecked(mine);
        }
    }

    @Test
    void sendsTheSameBytes() throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder()
                .header("X-b", "1")
                .header("x-A", "2")
                .header("X-B", "3")
                .timeout(Duration.ofMinutes(1));
        for (HttpRequest.Builder made : List.of(
                request.copy().GET(),
                request.copy().DELETE(),
                request.copy().method("HEAD", BodyPublishers.noBody()),
                request.copy().version(HttpClient.Version.HTTP_2).GET(),
                request.copy().expectContinue(true).POST(BodyPublishers.ofString("body")),
                request.copy().PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[7]))))) {
            for (BalancedHttpClient client : balanced) {
                URI plainly = URI.create("http://" + one.hostPort() + "/x");
                plain.send(made.copy().uri(plainly).build(), BodyHandlers.ofString());
                List<String> expected = last().head();
                client.with(PickRequest.builder().only(one.hostPort()).build())
                        .send(made.copy().uri(URI.create("http://orders/x")).build(), BodyHandlers.ofString());
                assertThat(last().head()).isEqualTo(expected);
            }
        }
    }

    private RecordedRequest last() {
        List<RecordedRequest> all = one.requests();
        return all.get(all.size() - 1);
    }

    @Test
    void doesNotBeginOnAThreadThatIsInterrupted() {
        HttpRequest request = get("http://orders/x");
        for (HttpClient client : balanced) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
        }
        assertThat(picks()).isZero();
    }

    @Test
    void throwsWhatAFunctionOfTheUserThrowsWhicheverWayTheCallIsMade() {
        for (HttpClient client : List.of(
                BalancedHttpClient.builder(plain, orders)
                        .pickRequest(LikeThePlainClientTest::fails)
                        .build(),
                BalancedHttpClient.builder(plain, orders)
                        .pickRequest(LikeThePlainClientTest::fails)
                        .callTimeout(Duration.ofMinutes(1))
                        .build())) {
            assertThatThrownBy(() -> client.send(get("http://orders/x"), BodyHandlers.ofString()))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("mine");
            assertThat(client.sendAsync(get("http://orders/x"), BodyHandlers.ofString()))
                    .isCompletedExceptionally();
        }
    }

    private static PickRequest fails(HttpRequest request) {
        throw new IllegalStateException("mine");
    }

    @Test
    void hasWhatIsLeftOfTheTimeAfterAWaitForAnInstance() throws Exception {
        RecordingClient recording = new RecordingClient(plain);
        CompletableFuture<InstanceSink> sink = new CompletableFuture<>();
        InstanceSource late = given -> {
            sink.complete(given);
            return () -> {};
        };
        try (LoadBalancer service = LoadBalancer.builder("late")
                .source(late)
                .firstListTimeout(Eventually.PATIENCE)
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://late/x"))
                    .timeout(Duration.ofMinutes(1))
                    .build();
            CompletableFuture<HttpResponse<String>> call =
                    BalancedHttpClient.wrap(recording, service).sendAsync(request, BodyHandlers.ofString());
            long begun = System.nanoTime();
            Eventually.until("time has passed", () -> System.nanoTime() - begun > 2_000_000);
            sink.join().update(List.of(one.instance()));
            assertThat(call.get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .body())
                    .isEqualTo("ok");
            assertThat(recording.requests)
                    .singleElement()
                    .satisfies(sent -> assertThat(sent.timeout())
                            .hasValueSatisfying(left -> assertThat(left).isLessThan(Duration.ofMinutes(1))));
        }
    }

    @Test
    void saysThatTheTimeIsUpIfThereIsNoInstanceInTime() {
        try (LoadBalancer service = LoadBalancer.builder("late")
                .source(sink -> () -> {})
                .firstListTimeout(Eventually.PATIENCE.multipliedBy(2))
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://late/x"))
                    .timeout(Duration.ofMillis(20))
                    .build();
            HttpClient client = BalancedHttpClient.wrap(plain, service);
            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class)
                    .hasMessageContaining("PT0.02S");
            assertThat(client.sendAsync(request, BodyHandlers.ofString()))
                    .failsWithin(Eventually.PATIENCE)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(HttpTimeoutException.class);
        }
    }
}
