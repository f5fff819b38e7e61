package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches the servers how often. OkHttp by itself would repeat most of what fails here, a POST included. */
class ResendTest {

    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    /** As a server does that restarts, or closes what has been idle for long: no client makes its caller feel that. */
    @Test
    void getThatFindsItsKeptConnectionClosedIsRepeatedOnANewOne() throws Exception {
        ScriptedServer closing = closingTheSecond();
        try (Orders orders = Orders.service("orders", b -> b.ticker(new VirtualClock()), c -> c)
                .add(closing.instance(), closing)) {
            assertThat(orders.get("http://orders/x")).isEqualTo("1");
            assertThat(orders.get("http://orders/x")).isEqualTo("3");
            assertThat(orders.picks()).isEqualTo(2);
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(2);
            assertThat(orders.balancer().snapshot().purse())
                    .as("one was paid for")
                    .isEqualTo(9.4);
        }
    }

    @Test
    void getIsNotRepeatedWhenTheClientIsToldNotTo() throws Exception {
        ScriptedServer closing = closingTheSecond();
        try (Orders orders = Orders.of(closing)) {
            OkHttpClient once =
                    orders.http().newBuilder().retryOnConnectionFailure(false).build();
            once.newCall(Orders.request("http://orders/x")).execute().close();
            assertThatThrownBy(() ->
                            once.newCall(Orders.request("http://orders/x")).execute())
                    .isInstanceOf(IOException.class);
            assertThat(closing.requestCount()).isEqualTo(2);
            assertThat(orders.ended(Kind.FAILED)).isEqualTo(1);
        }
    }

    private static ScriptedServer closingTheSecond() {
        AtomicInteger requests = new AtomicInteger();
        return ScriptedServer.start().reply(request -> {
            int number = requests.incrementAndGet();
            return number == 2 ? ScriptedReply.hangUp() : ScriptedReply.ok(String.valueOf(number));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "99999999999"})
    void retryAfterIsForTheCallerAndNotForOkHttp(String seconds) throws Exception {
        ScriptedServer a = ScriptedServer.start();
        a.reply(ScriptedReply.status(503).withHeader("Retry-After", seconds));
        try (Orders orders = Orders.of(a)) {
            try (Response response = orders.http()
                    .newCall(Orders.request("http://orders/x")
                            .newBuilder()
                            .post(RequestBody.create("once", null))
                            .build())
                    .execute()) {
                assertThat(response.code()).isEqualTo(503);
                assertThat(response.header("Retry-After")).isEqualTo(seconds);
            }
            assertThat(a.requestCount()).isEqualTo(1);
            assertThat(orders.ended(Kind.OVERLOADED)).isEqualTo(1);
        }
    }

    @Test
    void requestTimeoutIsNotRepeated() throws Exception {
        ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.status(408));
        try (Orders orders = Orders.of(a)) {
            assertThat(orders.post("http://orders/x", "once")).isEqualTo(408);
            assertThat(a.requestCount()).isEqualTo(1);
        }
    }

    @Test
    void postWhoseStreamIsResetReachesTheServerOnce() throws Exception {
        try (Http2 http2 = new Http2(new SocketEffect.CloseStream(CANCEL))) {
            assertThatThrownBy(() -> http2.orders.post("http://orders/x", "once"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("stream was reset: CANCEL");
            assertThat(http2.server.getRequestCount()).isEqualTo(1);
            assertThat(http2.orders.ended(Kind.FAILED)).isEqualTo(1);
        }
    }

    @Test
    void streamThatIsRefusedIsNeverReached() throws Exception {
        try (Http2 http2 = new Http2(new SocketEffect.CloseStream(REFUSED_STREAM))) {
            assertThatThrownBy(() -> http2.orders.post("http://orders/x", "once"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("stream was reset: REFUSED_STREAM");
            assertThat(http2.server.getRequestCount()).isEqualTo(1);
            assertThat(http2.orders.ended(Kind.NEVER_REACHED)).isEqualTo(1);
        }
    }

    @Test
    void authorityOfHttp2IsTheService() throws Exception {
        try (Http2 http2 = new Http2(null)) {
            assertThat(http2.orders.get("http://orders/x")).isEqualTo("two");
            assertThat(http2.server.takeRequest().getHeaders().get(":authority"))
                    .isEqualTo("orders");
        }
    }

    @Test
    void redirectWithinTheServiceStaysOnTheInstance() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        ScriptedServer b = ScriptedServer.start();
        for (ScriptedServer server : List.of(a, b)) {
            server.reply(request -> request.target().equals("/from")
                    ? ScriptedReply.status(302).withHeader("Location", "http://orders/to")
                    : ScriptedReply.ok(server.hostPort()));
        }
        try (Orders orders = Orders.of(a, b);
                Response response = orders.http()
                        .newCall(Orders.request("http://orders/from")
                                .newBuilder()
                                .header("Authorization", "secret")
                                .build())
                        .execute()) {
            ServiceInstance instance = BalancedOkHttp.instance(response).orElseThrow();
            ScriptedServer picked = instance.equals(a.instance()) ? a : b;
            assertThat(response.body().string()).isEqualTo(instance.hostPort());
            assertThat(picked.requestCount()).isEqualTo(2);
            assertThat(picked.requests().get(1).header("Authorization")).contains("secret");
            assertThat(picked.acceptedConnections()).isEqualTo(1);
            assertThat(orders.picks()).isEqualTo(1);
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
        }
    }

    @Test
    void redirectToAnotherHostIsNoMoreThatOfTheInstance() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (ScriptedServer other = ScriptedServer.start();
                Orders orders = Orders.of(a)) {
            a.reply(ScriptedReply.status(302).withHeader("Location", "http://" + other.hostPort() + "/to"));
            other.reply(ScriptedReply.endless());
            try (Response response =
                    orders.http().newCall(Orders.request("http://orders/from")).execute()) {
                assertThat(response.code()).isEqualTo(200);
                assertThat(BalancedOkHttp.instance(response)).isEmpty();
                assertThat(orders.inFlight()).isZero();
            }
            other.reply(ScriptedReply.hangUp());
            assertThatThrownBy(() -> orders.get("http://orders/from"))
                    .isInstanceOf(IOException.class)
                    .satisfies(failure -> assertThat(failure.getSuppressed())
                            .as("it is not the instance that has failed")
                            .hasOnlyElementsOfType(AttemptHistory.class));
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(2);
        }
    }

    @Test
    void furtherTryOverHttp2StaysOnTheInstance() throws Exception {
        MockWebServer one = http2Server(null);
        MockWebServer two = http2Server(null);
        try (Orders orders = Orders.with(c -> c.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                .addInterceptor(chain -> {
                    chain.proceed(chain.request()).close();
                    return chain.proceed(chain.request());
                }))) {
            orders.add(ServiceInstance.of("127.0.0.1", one.getPort()), one);
            orders.add(ServiceInstance.of("127.0.0.1", two.getPort()), two);
            assertThat(orders.get("http://orders/x")).isEqualTo("two");
            assertThat(List.of(one.getRequestCount(), two.getRequestCount())).containsExactlyInAnyOrder(0, 2);
            assertThat(orders.balancer().snapshot().instances())
                    .extracting(instance -> instance.outcomes(Kind.SUCCESS))
                    .containsExactlyInAnyOrder(0L, 2L);
        }
    }

    private static MockWebServer http2Server(SocketEffect onResponse) throws IOException {
        MockWebServer server = new MockWebServer();
        server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        for (int i = 0; i < 2; i++) {
            server.enqueue(
                    onResponse == null
                            ? new MockResponse.Builder().body("two").build()
                            : new MockResponse.Builder()
                                    .onResponseStart(onResponse)
                                    .build());
        }
        server.start();
        return server;
    }

    /** A server that speaks HTTP/2 over plain TCP. */
    private static final class Http2 implements AutoCloseable {

        private final MockWebServer server;
        private final Orders orders;

        Http2(SocketEffect onResponse) throws IOException {
            server = http2Server(onResponse);
            orders = Orders.with(c -> c.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)));
            orders.add(ServiceInstance.of("127.0.0.1", server.getPort()), server);
        }

        @Override
        public void close() {
            orders.close();
        }
    }
}
