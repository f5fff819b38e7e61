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
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** What {@link ResendContractTest} does not know: what repeats cost, and how long a call stays on its instance. */
class ResendTest {

    @Test
    void getThatFindsItsKeptConnectionClosedIsPaidForAnew() throws Exception {
        ScriptedServer closing = closingTheSecond();
        try (Orders orders = Orders.service("orders", b -> b.ticker(new VirtualClock()), c -> c)
                .add(closing.instance(), closing)) {
            orders.get("http://orders/x");
            orders.get("http://orders/x");
            assertThat(closing.requestCount()).isEqualTo(3);
            assertThat(orders.balancer().snapshot().purse()).isEqualTo(9.4);
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

    /** OkHttp would repeat the call at once, which is why the header is hidden from it. */
    @Test
    void showsThatACallMayBeRepeatedAtOnce() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        a.reply(ScriptedReply.status(503).withHeader("Retry-After", "0"));
        try (Orders busy = Orders.of(a);
                Response response =
                        busy.http().newCall(Orders.request("http://orders/x")).execute()) {
            assertThat(response.header("Retry-After")).isEqualTo("0");
            assertThat(response.networkResponse().header("Retry-After")).isEqualTo("0");
            assertThat(a.requestCount()).isEqualTo(1);
        }
    }

    private static ScriptedServer closingTheSecond() {
        AtomicInteger requests = new AtomicInteger();
        return ScriptedServer.start().reply(request -> {
            int number = requests.incrementAndGet();
            return number == 2 ? ScriptedReply.hangUp() : ScriptedReply.ok(String.valueOf(number));
        });
    }

    @Test
    void authorityOfHttp2IsTheService() throws Exception {
        MockWebServer server = http2Server();
        try (Orders orders = Orders.with(c -> c.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)))
                .add(ServiceInstance.of("127.0.0.1", server.getPort()), server)) {
            assertThat(orders.get("http://orders/x")).isEqualTo("two");
            assertThat(server.takeRequest().getHeaders().get(":authority")).isEqualTo("orders");
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
        MockWebServer one = http2Server();
        MockWebServer two = http2Server();
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

    private static MockWebServer http2Server() throws IOException {
        MockWebServer server = new MockWebServer();
        server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        for (int i = 0; i < 2; i++) {
            server.enqueue(new MockResponse.Builder().body("two").build());
        }
        server.start();
        return server;
    }
}
