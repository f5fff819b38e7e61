package dev.evenkeel.lb.okhttp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Cache;
import okhttp3.CacheControl;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a call ends, and with what. The contract suite has what all clients have in common. */
class InFlightTest {

    private final CountDownLatch gate = new CountDownLatch(1);

    @Nested
    class ACallThatIsCancelled {

        @Test
        void beforeItBeginsIsNotPicked() throws Exception {
            ScriptedServer a = ScriptedServer.start();
            try (Orders orders = Orders.of(a)) {
                Call call = orders.http().newCall(Orders.request("http://orders/x"));
                call.cancel();
                assertThatThrownBy(call::execute)
                        .isInstanceOf(IOException.class)
                        .hasMessage("Canceled");
                assertThat(orders.picks()).isZero();
            }
        }

        @Test
        void beforeTheAnswerSaysNothing() throws Exception {
            ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.silence());
            try (Orders orders = Orders.of(a)) {
                Call call = orders.http().newCall(Orders.request("http://orders/x"));
                CompletableFuture<Throwable> failure = enqueue(call);
                Eventually.until("the request is there", () -> a.requestCount() == 1);
                call.cancel();
                assertThat(orders.inFlight()).isZero();
                assertThat(failure.join()).isInstanceOf(IOException.class);
                assertThat(orders.ended(Kind.CANCELLED)).isEqualTo(1);
            }
        }

        @Test
        void whileItsBodyIsReadHasGoneWell() throws Exception {
            ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.endless());
            try (Orders orders = Orders.of(a)) {
                Call call = orders.http().newCall(Orders.request("http://orders/x"));
                Response neverClosed = call.execute();
                neverClosed.body().source().readByte();
                assertThat(orders.inFlight()).isEqualTo(1);
                call.cancel();
                assertThat(orders.inFlight()).isZero();
                assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
                neverClosed.close();
            }
        }

        @Test
        void byItsTimeoutWhileItWaitsForTheFirstListStopsWaiting() throws Exception {
            InstanceSource never = subscriber -> () -> {};
            try (Orders orders = Orders.over(never, Duration.ofMinutes(1))) {
                Call call = orders.http().newCall(Orders.request("http://orders/x"));
                call.timeout().timeout(20, MILLISECONDS);
                assertThatThrownBy(call::execute)
                        .isInstanceOf(InterruptedIOException.class)
                        .hasMessage("timeout");
            }
        }
    }

    @Nested
    class ACallWhoseTimeIsUp {

        @Test
        void hasFailedIfThereIsNoAnswer() throws Exception {
            ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.silence());
            try (Orders orders = Orders.with(c -> c.callTimeout(Duration.ofMillis(200)), a)) {
                assertThatThrownBy(() -> orders.get("http://orders/x"))
                        .isInstanceOf(InterruptedIOException.class)
                        .hasMessage("timeout");
                assertThat(orders.inFlight()).isZero();
                assertThat(orders.ended(Kind.FAILED)).isEqualTo(1);
            }
        }

        @Test
        void hasFailedIfTheBodyDoesNotEnd() throws Exception {
            ScriptedServer a = ScriptedServer.start()
                    .reply(ScriptedReply.ok("first half, second half").withRestAfter(gate));
            try (Orders orders = Orders.with(c -> c.callTimeout(Duration.ofMillis(300)), a)) {
                assertThatThrownBy(() -> orders.get("http://orders/x"))
                        .isInstanceOf(InterruptedIOException.class)
                        .hasMessage("timeout");
                assertThat(orders.inFlight()).isZero();
                assertThat(orders.ended(Kind.FAILED)).isEqualTo(1);
                gate.countDown();
            }
        }
    }

    @Nested
    class ABody {

        @Test
        void thatIsClosedEarlyHasGoneWell() throws Exception {
            ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.endless());
            try (Orders orders = Orders.of(a)) {
                Response response =
                        orders.http().newCall(Orders.request("http://orders/x")).execute();
                assertThat(orders.inFlight()).isEqualTo(1);
                response.close();
                assertThat(orders.inFlight()).isZero();
                assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
            }
        }

        @Test
        void thatIsEmptyNeedsNoClosing() throws Exception {
            ScriptedServer a = ScriptedServer.start();
            a.reply(request -> request.target().equals("/204") ? ScriptedReply.status(204) : ScriptedReply.ok(""));
            try (Orders orders = Orders.of(a)) {
                Request get = Orders.request("http://orders/204");
                Response noContent = orders.http().newCall(get).execute();
                assertThat(orders.inFlight()).isZero();
                Response head = orders.http()
                        .newCall(get.newBuilder().url("http://orders/x").head().build())
                        .execute();
                assertThat(orders.inFlight()).isZero();
                Response empty =
                        orders.http().newCall(Orders.request("http://orders/x")).execute();
                assertThat(orders.inFlight()).isZero();
                assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(3);
                noContent.close();
                head.close();
                empty.close();
            }
        }
    }

    @Test
    void enqueuedCallCallsBackOnADispatcherThreadAndEndsWithItsBody() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (Orders orders = Orders.of(a)) {
            CompletableFuture<String> thread = new CompletableFuture<>();
            CompletableFuture<Response> answer = new CompletableFuture<>();
            orders.http().newCall(Orders.request("http://orders/x")).enqueue(new Callback() {
                @Override
                public void onResponse(Call call, Response response) {
                    thread.complete(Thread.currentThread().getName());
                    answer.complete(response);
                }

                @Override
                public void onFailure(Call call, IOException failure) {
                    answer.completeExceptionally(failure);
                }
            });
            Response response = answer.join();
            assertThat(orders.inFlight()).isEqualTo(1);
            assertThat(response.body().string()).isEqualTo("ok");
            assertThat(orders.inFlight()).isZero();
            assertThat(thread.join()).startsWith("OkHttp http://orders/");
        }
    }

    @Test
    void callbackThatThrowsWithoutClosingLeavesNothingInFlight() throws Exception {
        ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.endless());
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.complete(thrown));
        try (Orders orders = Orders.of(a)) {
            orders.http().newCall(Orders.request("http://orders/x")).enqueue(new Callback() {
                @Override
                public void onResponse(Call call, Response response) {
                    throw new IllegalStateException("by the test");
                }

                @Override
                public void onFailure(Call call, IOException failure) {}
            });
            assertThat(uncaught.join()).hasMessage("by the test");
            assertThat(orders.inFlight()).isZero();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void interruptWhileWaitingForTheFirstListIsKept() throws Exception {
        InstanceSource never = subscriber -> () -> {};
        try (Orders orders = Orders.over(never, Duration.ofMinutes(1))) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> orders.get("http://orders/x")).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void eventStreamEndsWhenItIsCancelled() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        a.reply(ScriptedReply.ok("data: one\n\ndata: two\n\n")
                .withHeader("Content-Type", "text/event-stream")
                .withRestAfter(gate));
        try (Orders orders = Orders.of(a)) {
            CompletableFuture<String> first = new CompletableFuture<>();
            EventSource events = EventSources.createFactory((Call.Factory) orders.http())
                    .newEventSource(Orders.request("http://orders/x"), new EventSourceListener() {
                        @Override
                        public void onEvent(EventSource source, String id, String type, String data) {
                            first.complete(data);
                        }
                    });
            assertThat(first.join()).isEqualTo("one");
            assertThat(orders.inFlight()).isEqualTo(1);
            events.cancel();
            assertThat(orders.inFlight()).isZero();
            gate.countDown();
            Eventually.until("the server sees it", () -> a.openConnections() == 0);
        }
    }

    @Test
    void needsNoInstanceForWhatIsInTheCache(@TempDir Path directory) throws Exception {
        ScriptedServer a = ScriptedServer.start();
        a.reply(request -> request.target().equals("/kept")
                ? ScriptedReply.ok("kept").withHeader("Cache-Control", "max-age=600")
                : ScriptedReply.ok("ok"));
        try (Cache cache = new Cache(directory.toFile(), 1 << 20);
                Orders cached = Orders.with(client -> client.cache(cache), a)) {
            assertThat(cached.get("http://orders/kept")).isEqualTo("kept");
            cached.leave(a);
            Eventually.until(
                    "the instance has gone",
                    () -> cached.balancer().snapshot().instances().isEmpty());
            Request request = Orders.request("http://orders/kept");
            try (Response response = cached.http().newCall(request).execute()) {
                assertThat(response.body().string()).isEqualTo("kept");
                assertThat(response.networkResponse()).isNull();
                assertThat(response.request().header("Cache-Control")).isNull();
            }
            assertThatThrownBy(() -> cached.get("http://orders/other")).isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> cached.http()
                            .newCall(request.newBuilder()
                                    .cacheControl(CacheControl.FORCE_NETWORK)
                                    .build())
                            .execute())
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void answerFromTheCacheSaysNothingOfTheInstance(@TempDir Path directory) throws Exception {
        ScriptedServer a = ScriptedServer.start();
        a.reply(ScriptedReply.ok("kept").withHeader("Cache-Control", "max-age=60"));
        try (Cache cache = new Cache(directory.toFile(), 1 << 20);
                Orders orders = Orders.with(c -> c.cache(cache), a)) {
            assertThat(orders.get("http://orders/x")).isEqualTo("kept");
            Duration latency = orders.only().latency();
            Request request = Orders.request("http://orders/x");
            try (Response cached = orders.http().newCall(request).execute()) {
                assertThat(orders.inFlight()).isZero();
                assertThat(cached.body().string()).isEqualTo("kept");
                assertThat(BalancedOkHttp.instance(cached)).isEmpty();
            }
            try (Response unsatisfiable = orders.http()
                    .newCall(request.newBuilder()
                            .url("http://orders/y")
                            .cacheControl(CacheControl.FORCE_CACHE)
                            .build())
                    .execute()) {
                assertThat(unsatisfiable.code()).isEqualTo(504);
            }
            assertThat(a.requestCount()).isEqualTo(1);
            assertThat(orders.ended(Kind.CANCELLED)).isEqualTo(2);
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
            assertThat(orders.only().latency()).isEqualTo(latency);
        }
    }

    @Test
    void eachTryOfAnInterceptorThatRetriesIsACallOfItsOwn() throws Exception {
        ScriptedServer a =
                ScriptedServer.start().reply(ScriptedReply.status(500).withBody("sorry"));
        ScriptedServer b =
                ScriptedServer.start().reply(ScriptedReply.status(500).withBody("sorry"));
        AtomicReference<Orders> made = new AtomicReference<>();
        CompletableFuture<Integer> between = new CompletableFuture<>();
        Interceptor twice = chain -> {
            chain.proceed(chain.request()).close();
            between.complete(made.get().inFlight());
            return chain.proceed(chain.request());
        };
        try (Orders orders = Orders.with(c -> c.addInterceptor(twice), a, b)) {
            made.set(orders);
            assertThat(orders.get("http://orders/x")).isEqualTo("sorry");
            assertThat(between.join()).isZero();
            assertThat(a.requestCount()).isEqualTo(1);
            assertThat(b.requestCount()).isEqualTo(1);
            assertThat(orders.ended(Kind.FAILED)).isEqualTo(2);
        }
    }

    @Test
    void interceptorThatThrowsInsideSaysNothingOfTheInstance() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (Orders orders = Orders.of(a)) {
            OkHttpClient inner = orders.http()
                    .newBuilder()
                    .addInterceptor(chain -> {
                        throw new IllegalStateException("by the test");
                    })
                    .build();
            assertThatThrownBy(() ->
                            inner.newCall(Orders.request("http://orders/x")).execute())
                    .isInstanceOf(IllegalStateException.class);
            assertThat(orders.ended(Kind.CANCELLED)).isEqualTo(1);
        }
    }

    private static CompletableFuture<Throwable> enqueue(Call call) {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        call.enqueue(new Callback() {
            @Override
            public void onResponse(Call call, Response response) {
                response.close();
                failed.completeExceptionally(new AssertionError("answered"));
            }

            @Override
            public void onFailure(Call call, IOException failure) {
                failed.complete(failure);
            }
        });
        return failed;
    }
}
