package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import okhttp3.Call;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the contracts do not know: interceptors, the dispatcher, and what a call of OkHttp's is in which there are others. */
class AttemptsTest {

    private static final Duration DELAY = Duration.ofSeconds(5);

    private final VirtualClock clock = new VirtualClock();
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger outside = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private final CountDownLatch gate = new CountDownLatch(1);

    private List<ScriptedServer> servers = List.of();
    private Orders orders;

    @AfterEach
    void close() {
        orders.close();
    }

    @Test
    void interceptorsOutsideSeeOneCallAndThoseInsideEachAttempt() throws Exception {
        OkHttpClient http = hedging(
                client -> client.addInterceptor(chain -> {
                    outside.incrementAndGet();
                    return chain.proceed(chain.request()
                            .newBuilder()
                            .header("X-Outside", "1")
                            .build());
                }),
                ScriptedReply.silence(),
                ScriptedReply.ok("fast"));
        OkHttpClient derived = http.newBuilder()
                .addInterceptor(chain -> {
                    inside.incrementAndGet();
                    return chain.proceed(
                            chain.request().newBuilder().header("X-Inside", "1").build());
                })
                .build();
        assertThat(bodyOfHedged(derived)).isEqualTo("fast");
        assertThat(outside).hasValue(1);
        assertThat(inside).hasValue(2);
        for (ScriptedServer server : servers) {
            assertThat(server.requests()).singleElement().satisfies(request -> {
                assertThat(request.header("X-Outside")).contains("1");
                assertThat(request.header("X-Inside")).contains("1");
                assertThat(request.header("Host")).contains("orders");
            });
        }
    }

    @Test
    void whatInterceptorsOutsideHaveSetHoldsInEachAttempt() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        OkHttpClient http = hedging(
                client -> client.addInterceptor(chain -> chain.withReadTimeout(123, TimeUnit.SECONDS)
                        .withRetryOnConnectionFailure(false)
                        .proceed(chain.request())),
                ScriptedReply.silence(),
                ScriptedReply.ok("fast"));
        OkHttpClient derived = http.newBuilder()
                .addInterceptor(chain -> {
                    asked.add(chain.readTimeoutMillis() + " " + chain.getRetryOnConnectionFailure());
                    return chain.proceed(chain.request());
                })
                .build();
        assertThat(bodyOfHedged(derived)).isEqualTo("fast");
        assertThat(asked).containsExactly("123000 false", "123000 false");
    }

    /** All places are taken by the calls that wait for their attempts. */
    @Test
    void hedgesNeedNoPlaceInTheDispatcher() throws Exception {
        Dispatcher full = new Dispatcher();
        full.setMaxRequests(1);
        full.setMaxRequestsPerHost(1);
        OkHttpClient http =
                hedging(client -> client.dispatcher(full), ScriptedReply.silence(), ScriptedReply.ok("fast"));
        assertThat(bodyOfHedged(http)).isEqualTo("fast");
    }

    @Test
    void aCancelReachesTheAttemptWhoseBodyIsRead() throws Exception {
        OkHttpClient http = hedging(client -> client, ScriptedReply.endless());
        Call call = http.newCall(Orders.request("http://orders/x"));
        Response response = call.execute();
        response.body().source().readByte();
        assertThat(orders.inFlight()).isEqualTo(1);
        call.cancel();
        assertThat(orders.inFlight()).isZero();
        assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
        response.close();
    }

    /** The first attempt has an answer, too, but not in time: something inside still looks at it. */
    @Test
    void anAnswerThatIsTooLateIsClosed() throws Exception {
        OkHttpClient http = hedging(client -> client, ScriptedReply.endless(), ScriptedReply.ok("fast"));
        Interceptor slow = chain -> {
            Response response = chain.proceed(chain.request());
            if (inside.incrementAndGet() == 1) {
                await(gate);
            }
            return response;
        };
        CompletableFuture<Response> answer =
                enqueue(http.newBuilder().addInterceptor(slow).build());
        Eventually.until("the first attempt has an answer", () -> inside.get() == 1);
        clock.advance(DELAY);
        Eventually.until("so has the second", () -> orders.ended(Kind.SUCCESS) == 1 || inside.get() == 2);
        gate.countDown();
        try (Response response = answer.join()) {
            assertThat(response.body().string()).isEqualTo("fast");
        }
        orders.awaitInFlight(0);
        Eventually.until(
                "the endless one is closed",
                () -> servers.stream().mapToInt(ScriptedServer::openConnections).sum() == 1);
        assertThat(orders.ended(Kind.CANCELLED)).isEqualTo(1);
    }

    @Test
    void aBodyThatIsThereOnceIsNotHedged() throws Exception {
        OkHttpClient http = hedging(client -> client, ScriptedReply.ok("once").withHeadAfter(gate));
        CompletableFuture<Response> answer = Orders.enqueue(http.newCall(new Request.Builder()
                .url("http://orders/x")
                .put(new RequestBody() {
                    @Override
                    public MediaType contentType() {
                        return null;
                    }

                    @Override
                    public boolean isOneShot() {
                        return true;
                    }

                    @Override
                    public void writeTo(BufferedSink sink) throws IOException {
                        sink.writeUtf8("once");
                    }
                })
                .build()));
        Eventually.until("it is there", () -> arrived.get() == 1);
        clock.advance(DELAY);
        assertThat(orders.picks()).isEqualTo(1);
        gate.countDown();
        answer.join().close();
    }

    /** OkHttp does not notice an interrupt while it reads, but nothing begins after one. */
    @Test
    void anInterruptedCallIsNotMadeAgain() throws Exception {
        begin(client -> client, ScriptedReply.hangUp().withHeadAfter(gate));
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                failed.complete(new AssertionError(orders.get("http://orders/x")));
            } catch (IOException failure) {
                failed.complete(failure);
            }
        });
        caller.start();
        Eventually.until("it is there", () -> arrived.get() == 1);
        caller.interrupt();
        gate.countDown();
        assertThat(failed.join()).isInstanceOf(IOException.class);
        caller.join();
        assertThat(orders.picks()).isEqualTo(1);
        assertThat(orders.ended(Kind.CANCELLED)).isEqualTo(1);
    }

    @Test
    void aFunctionThatThrowsFailsTheCallBeforeAnythingIsPicked() {
        begin(client -> client, ScriptedReply.ok("ok"));
        OkHttpClient http = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                .replay(request -> {
                    throw new IllegalStateException("by the test");
                })
                .build();
        assertThatThrownBy(() -> http.newCall(Orders.request("http://orders/x")).execute())
                .isInstanceOf(IllegalStateException.class);
        assertThat(orders.picks()).isZero();
    }

    @Test
    void aPostThatMayBeReplayedIsMadeAgain() throws Exception {
        begin(client -> client, ScriptedReply.hangUp(), ScriptedReply.ok("ok"));
        OkHttpClient http = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                .retries(RetryPolicy.builder()
                        .backoff(Duration.ZERO, Duration.ZERO)
                        .build())
                .replay(request -> Replay.ALWAYS)
                .build();
        Request post = Orders.request("http://orders/x")
                .newBuilder()
                .post(RequestBody.create("body", null))
                .build();
        try (Response response = http.newCall(post).execute()) {
            assertThat(response.body().string()).isEqualTo("ok");
        }
        assertThat(arrived).hasValue(2);
    }

    // ---- words of the tests

    /** Two servers that answer like this, in the order in which requests arrive at either. */
    private void begin(UnaryOperator<OkHttpClient.Builder> settings, ScriptedReply... replies) {
        servers = List.of(ScriptedServer.start(), ScriptedServer.start());
        orders = Orders.service(
                "orders", builder -> builder.ticker(clock).scheduler(clock).executor(Runnable::run), settings);
        for (ScriptedServer server : servers) {
            server.reply(request -> replies[Math.min(arrived.getAndIncrement(), replies.length - 1)]);
            orders.add(server.instance(), server);
        }
    }

    private OkHttpClient hedging(UnaryOperator<OkHttpClient.Builder> settings, ScriptedReply... replies) {
        begin(settings, replies);
        return BalancedOkHttp.builder(orders.raw(), orders.balancer())
                .hedging(HedgePolicy.after(DELAY))
                .build();
    }

    private String bodyOfHedged(OkHttpClient http) throws IOException {
        CompletableFuture<Response> answer = enqueue(http);
        Eventually.until("the first attempt is there", () -> arrived.get() == 1);
        clock.advance(DELAY);
        try (Response response = answer.join()) {
            return response.body().string();
        }
    }

    private static CompletableFuture<Response> enqueue(OkHttpClient http) {
        return Orders.enqueue(http.newCall(Orders.request("http://orders/x")));
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }
}
