package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Cache;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.Buffer;
import okio.BufferedSink;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code bufferResponses} does: a body that breaks is got anew, unless it is longer, or not to be waited for. */
class BufferedResponsesTest {

    /** What {@link ScriptedReply#cut} promises. */
    private static final int CUT = 33;

    private static final int MANY = 64 * 1024;

    private static final Duration ATTEMPT = Duration.ofSeconds(7);

    private static final RetryPolicy AT_ONCE =
            RetryPolicy.builder().backoff(Duration.ZERO, Duration.ZERO).build();

    /** Who is to be avoided is left out by the pick. */
    private static final LoadBalancingStrategy IN_ORDER = candidates -> request -> candidates.get(0);

    private final VirtualClock clock = new VirtualClock();
    private final AtomicInteger arrived = new AtomicInteger();
    private final CountDownLatch rest = new CountDownLatch(1);

    private Orders orders = Orders.empty();

    @AfterEach
    void close() {
        orders.close();
    }

    // ---- what is got anew

    @Test
    void aBodyThatIsCutIsGotAnew() throws Exception {
        OkHttpClient http =
                buffering(MANY, ScriptedReply.cut(), ScriptedReply.ok("whole").withHeader("Content-Type", "text/x"));
        try (Response response = http.newCall(get()).execute()) {
            assertThat(orders.inFlight()).as("the body is there").isZero();
            assertThat(response.body().contentLength()).isEqualTo(5);
            assertThat(response.body().contentType()).isEqualTo(MediaType.get("text/x"));
            assertThat(response.networkResponse()).isNotNull();
            assertThat(response.cacheResponse()).isNull();
            assertThat(BalancedOkHttp.instance(response)).isPresent();
            assertThat(response.body().string()).isEqualTo("whole");
            assertThatThrownBy(() -> response.body().string()).isInstanceOf(IllegalStateException.class);
        }
        assertThat(arrived).hasValue(2);
        assertThat(orders.ended(Kind.FAILED)).isEqualTo(1);
        assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
        assertThat(orders.balancer().snapshot().purse()).as("paid for").isEqualTo(9.2);
    }

    @Test
    void aBodyThatDripsIsGotAnewWhenTheTimeOfTheAttemptIsUp() throws Exception {
        OkHttpClient http = buffering(
                builder -> builder.retries(
                        AT_ONCE.toBuilder().attemptTimeout(ATTEMPT).build()),
                ScriptedReply.ok("first half, second half").withRestAfter(rest),
                ScriptedReply.ok("in time"));
        CompletableFuture<Response> answer = enqueue(http);
        Eventually.until("the first attempt is there", () -> arrived.get() == 1);
        clock.advance(ATTEMPT);
        try (Response response = answer.join()) {
            assertThat(response.body().string()).isEqualTo("in time");
        }
        assertThat(orders.ended(Kind.FAILED)).isEqualTo(1);
        assertThat(arrived).hasValue(2);
    }

    @Test
    void theBodyThatIsCompleteFirstIsTheFasterOfTwo() throws Exception {
        OkHttpClient http = buffering(
                builder -> builder.hedging(HedgePolicy.after(ATTEMPT)),
                ScriptedReply.ok("first half, second half").withRestAfter(rest),
                ScriptedReply.ok("fast"));
        CompletableFuture<Response> answer = enqueue(http);
        Eventually.until("the first attempt is there", () -> arrived.get() == 1);
        clock.advance(ATTEMPT);
        try (Response response = answer.join()) {
            assertThat(response.body().string()).isEqualTo("fast");
        }
        Eventually.until("the slower one has ended", () -> orders.ended(Kind.CANCELLED) == 1);
    }

    @Test
    void theCallFailsIfAllBodiesAreCut() {
        OkHttpClient http = buffering(MANY, ScriptedReply.cut());
        assertThatThrownBy(() -> http.newCall(get()).execute())
                .isInstanceOf(IOException.class)
                .satisfies(failure -> assertThat(AttemptHistory.of(failure)).hasSize(2));
        assertThat(orders.ended(Kind.FAILED)).isEqualTo(2);
    }

    @Test
    void aBodyThatIsUnzippedIsGotAnew() throws Exception {
        Buffer zipped = new Buffer();
        try (BufferedSink sink = Okio.buffer(new GzipSink(zipped))) {
            sink.writeUtf8("text".repeat(10));
        }
        MockResponse whole = new MockResponse.Builder()
                .body(zipped.clone())
                .addHeader("Content-Encoding", "gzip")
                .build();
        OkHttpClient http = serving(
                whole.newBuilder()
                        .onResponseBody(new SocketEffect.CloseSocket())
                        .build(),
                whole);
        try (Response response = http.newCall(get()).execute()) {
            assertThat(response.header("Content-Encoding")).isNull();
            assertThat(response.body().contentLength()).isEqualTo(-1);
            assertThat(response.body().string()).isEqualTo("text".repeat(10));
        }
        assertThat(orders.ended(Kind.FAILED)).isEqualTo(1);
    }

    @Test
    void trailersAreThere() throws Exception {
        OkHttpClient http = serving(new MockResponse.Builder()
                .chunkedBody("in three chunks", 5)
                .trailers(Headers.of("checksum", "7"))
                .build());
        try (Response response = http.newCall(get()).execute()) {
            assertThat(response.peekTrailers()).isEqualTo(Headers.of("checksum", "7"));
            assertThat(response.body().string()).isEqualTo("in three chunks");
            assertThat(response.trailers().get("checksum")).isEqualTo("7");
        }
    }

    @Test
    void onlyAWholeBodyIsCached(@TempDir Path directory) throws Exception {
        ScriptedReply whole = ScriptedReply.ok("whole").withHeader("Cache-Control", "max-age=60");
        begin(
                client -> client.cache(new Cache(directory.toFile(), 1 << 20)),
                ScriptedReply.cut().withHeader("Cache-Control", "max-age=60"),
                whole);
        OkHttpClient http = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                .retries(AT_ONCE)
                .bufferResponses(MANY)
                .build();
        assertThat(text(http)).isEqualTo("whole");
        try (Response response = http.newCall(get()).execute()) {
            assertThat(response.networkResponse()).isNull();
            assertThat(response.body().string()).isEqualTo("whole");
        }
        assertThat(arrived).hasValue(2);
        orders.raw().cache().close();
    }

    // ---- what is streamed

    @Test
    void whatMayNotBeExecutedTwiceIsStreamed() throws Exception {
        OkHttpClient http = buffering(MANY, ScriptedReply.cut());
        Request post = get().newBuilder().post(RequestBody.create("once", null)).build();
        try (Response response = http.newCall(post).execute()) {
            assertThatThrownBy(() -> response.body().string()).isInstanceOf(IOException.class);
        }
        assertThat(arrived).hasValue(1);
        assertThat(orders.ended(Kind.FAILED)).isEqualTo(1);
    }

    @Test
    void theLimitIsWhatStillFits() throws Exception {
        OkHttpClient fits = buffering(CUT, ScriptedReply.cut(), ScriptedReply.ok("whole"), ScriptedReply.cut());
        assertThat(text(fits)).isEqualTo("whole");
        OkHttpClient tooLong = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                .bufferResponses(CUT - 1)
                .build();
        try (Response response = tooLong.newCall(get()).execute()) {
            assertThatThrownBy(() -> response.body().string()).isInstanceOf(IOException.class);
        }
        assertThat(arrived).hasValue(3);
    }

    @Test
    void aLongBodyIsStreamed() throws Exception {
        String half = "x".repeat(100);
        OkHttpClient http = buffering(100, ScriptedReply.ok(half + half).withRestAfter(rest));
        try (Response response = http.newCall(get()).execute()) {
            assertThat(response.body().source().readUtf8(100)).isEqualTo(half);
            assertThat(orders.inFlight()).isEqualTo(1);
            rest.countDown();
            assertThat(response.body().string()).isEqualTo(half);
        }
        assertThat(arrived).hasValue(1);
    }

    /** The client cannot know before it has read more than is buffered. */
    @Test
    void aBodyThatTurnsOutToBeLongIsStreamedFromItsBegin() throws Exception {
        String half = "0123456789".repeat(10);
        OkHttpClient http = serving(new MockResponse.Builder()
                .body(inTwoChunks(half, half))
                .removeHeader("Content-Length")
                .addHeader("Transfer-Encoding", "chunked")
                .build());
        try (Response response = http.newCall(get()).execute()) {
            assertThat(response.body().source().readUtf8(100)).isEqualTo(half);
            assertThat(orders.inFlight()).isEqualTo(1);
            rest.countDown();
            assertThat(response.body().string()).isEqualTo(half);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream;charset=utf-8", "multipart/x-mixed-replace; boundary=next"})
    void whatGoesOnAndOnIsStreamed(String type) throws Exception {
        OkHttpClient http = buffering(
                MANY,
                ScriptedReply.ok("first.second")
                        .withHeader("Content-Type", type)
                        .withRestAfter(rest));
        try (Response response = http.newCall(get()).execute()) {
            assertThat(response.body().source().readUtf8(6)).isEqualTo("first.");
            rest.countDown();
            assertThat(response.body().string()).isEqualTo("second");
        }
    }

    @Test
    void aWebSocketOpens() {
        OkHttpClient http = buffering(builder -> builder.replay(request -> Replay.ALWAYS), ScriptedReply.webSocket());
        CompletableFuture<String> echo = new CompletableFuture<>();
        WebSocket socket = http.newWebSocket(get(), new WebSocketListener() {
            @Override
            public void onOpen(WebSocket opened, Response response) {
                opened.send("hello");
            }

            @Override
            public void onMessage(WebSocket open, String text) {
                echo.complete(text);
            }

            @Override
            public void onFailure(WebSocket broken, Throwable failure, Response response) {
                echo.completeExceptionally(failure);
            }
        });
        assertThat(echo.join()).isEqualTo("hello");
        socket.close(1000, null);
    }

    @Test
    void anAnswerThatIsBetterGotElsewhereIsNotWaitedFor() throws Exception {
        OkHttpClient http = buffering(
                builder -> builder.retries(AT_ONCE.toBuilder().onStatus(503).build()),
                ScriptedReply.status(503).withBody("never whole").withRestAfter(rest),
                ScriptedReply.ok("that"));
        assertThat(text(http)).isEqualTo("that");
    }

    /** As the interceptor makes another source each time, what one has read the next does not know. */
    @Test
    void nothingIsLostWithAnInterceptorThatWrapsBodies() throws Exception {
        OkHttpClient http = buffering(MANY, ScriptedReply.ok("whole"))
                .newBuilder()
                .addInterceptor(chain -> {
                    Response response = chain.proceed(chain.request());
                    return response.newBuilder()
                            .body(new RewrappedBody(response.body()))
                            .build();
                })
                .build();
        assertThat(text(http)).isEqualTo("whole");
    }

    // ---- the end, and what is refused

    @Test
    void aCancelEndsACallWhoseBodyIsAwaited() {
        OkHttpClient http =
                buffering(MANY, ScriptedReply.ok("first half, second half").withRestAfter(rest));
        Call call = http.newCall(get());
        CompletableFuture<Response> answer = Orders.enqueue(call);
        Eventually.until("it is there", () -> arrived.get() == 1);
        call.cancel();
        assertThat(answer).failsWithin(Eventually.PATIENCE);
        orders.awaitInFlight(0);
        assertThat(orders.ended(Kind.FAILED)).isZero();
        assertThat(orders.picks()).isEqualTo(1);
    }

    @Test
    void nothingIsNoLimit() {
        BalancedOkHttp.Builder builder = BalancedOkHttp.builder(orders.raw(), orders.balancer());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.bufferResponses(0))
                .withMessage("maxBytes: 0 (expected: >= 1)");
    }

    // ---- words of the tests

    private static Request get() {
        return Orders.request("http://orders/x");
    }

    private static String text(OkHttpClient http) throws IOException {
        try (Response response = http.newCall(get()).execute()) {
            return response.body().string();
        }
    }

    /** Two servers that answer like this, in the order in which requests arrive at either. */
    private void begin(UnaryOperator<OkHttpClient.Builder> settings, ScriptedReply... replies) {
        orders.close();
        orders = Orders.service(
                "orders", builder -> builder.ticker(clock).scheduler(clock).executor(Runnable::run), settings);
        for (int i = 0; i < 2; i++) {
            ScriptedServer server = ScriptedServer.start();
            server.reply(request -> replies[Math.min(arrived.getAndIncrement(), replies.length - 1)]);
            orders.add(server.instance(), server);
        }
    }

    private OkHttpClient buffering(int maxBytes, ScriptedReply... replies) {
        return buffering(builder -> builder.bufferResponses(maxBytes), replies);
    }

    private OkHttpClient buffering(UnaryOperator<BalancedOkHttp.Builder> settings, ScriptedReply... replies) {
        begin(client -> client, replies);
        return settings.apply(BalancedOkHttp.builder(orders.raw(), orders.balancer())
                        .retries(AT_ONCE)
                        .bufferResponses(MANY))
                .build();
    }

    /** A client that buffers up to 50 bytes, and a server for each of these answers. */
    private OkHttpClient serving(MockResponse... answers) throws IOException {
        orders.close();
        orders = Orders.service("orders", builder -> builder.strategy(IN_ORDER), client -> client);
        for (MockResponse answer : answers) {
            MockWebServer server = new MockWebServer();
            server.enqueue(answer);
            server.start();
            orders.add(ServiceInstance.of("127.0.0.1", server.getPort()), server);
        }
        return BalancedOkHttp.builder(orders.raw(), orders.balancer())
                .retries(AT_ONCE)
                .bufferResponses(50)
                .build();
    }

    /** A body in chunks, the second of which waits. */
    private MockResponseBody inTwoChunks(String first, String second) {
        return new MockResponseBody() {
            @Override
            public long getContentLength() {
                return -1;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                chunk(sink, first).flush();
                await();
                chunk(sink, second).writeUtf8("0\r\n\r\n");
            }
        };
    }

    private static BufferedSink chunk(BufferedSink sink, String text) throws IOException {
        return sink.writeHexadecimalUnsignedLong(text.length())
                .writeUtf8("\r\n")
                .writeUtf8(text)
                .writeUtf8("\r\n");
    }

    private void await() throws IOException {
        try {
            rest.await();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    private static CompletableFuture<Response> enqueue(OkHttpClient http) {
        return Orders.enqueue(http.newCall(get()));
    }

    /** Another source each time. */
    private static final class RewrappedBody extends ResponseBody {

        private final ResponseBody body;

        RewrappedBody(ResponseBody body) {
            this.body = body;
        }

        @Override
        public MediaType contentType() {
            return body.contentType();
        }

        @Override
        public long contentLength() {
            return body.contentLength();
        }

        @Override
        public BufferedSource source() {
            return Okio.buffer(new ForwardingSource(body.source()) {});
        }
    }
}
