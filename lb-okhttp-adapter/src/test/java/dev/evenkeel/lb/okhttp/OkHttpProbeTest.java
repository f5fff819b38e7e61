package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeContext;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.FakeProbeContext;
import dev.evenkeel.lb.testkit.RecordedRequest;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

class OkHttpProbeTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void statusSaysWhetherTheInstanceIsWell() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (Orders orders = Orders.of(a)) {
            HealthProbe probe = OkHttpProbe.get(orders.raw(), "/health?deep=1");
            assertThat(ask(probe, a, LONG).join().isWell()).isTrue();
            RecordedRequest seen = a.requests().get(0);
            assertThat(seen.method()).isEqualTo("GET");
            assertThat(seen.target()).isEqualTo("/health?deep=1");
            assertThat(seen.header("Host")).contains("orders");
            a.reply(ScriptedReply.status(204));
            assertThat(ask(probe, a, LONG).join().isWell()).isTrue();
            for (int status : new int[] {302, 404, 500, 503}) {
                a.reply(ScriptedReply.status(status)
                        .withHeader("Location", "http://orders/else")
                        .withHeader("Retry-After", "0"));
                ProbeResult result = ask(probe, a, LONG).join();
                assertThat(result.isWell()).isFalse();
                assertThat(result.reason()).isEqualTo("HTTP status " + status);
            }
            assertThat(a.requests()).extracting(RecordedRequest::target).containsOnly("/health?deep=1");
            assertThat(orders.picks()).isZero();
        }
    }

    @Test
    void asksTheInstanceThroughABalancedClientToo() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        ScriptedServer b = ScriptedServer.start().reply(ScriptedReply.status(500));
        try (Orders orders = Orders.of(a, b)) {
            HealthProbe probe = OkHttpProbe.get(orders.http(), "/health");
            for (int i = 0; i < 3; i++) {
                assertThat(ask(probe, a, LONG).join().isWell()).isTrue();
                assertThat(ask(probe, b, LONG).join().isWell()).isFalse();
            }
            assertThat(orders.picks()).isZero();
        }
    }

    @Test
    void certificateIsThatOfTheService() throws Exception {
        MockWebServer good = overTls("orders");
        MockWebServer bad = overTls("127.0.0.1");
        try (good;
                bad;
                Orders orders = Orders.with(client -> client.sslSocketFactory(
                        Certificates.TRUST.sslSocketFactory(), Certificates.TRUST.trustManager()))) {
            for (OkHttpClient client : List.of(orders.raw(), orders.http())) {
                HealthProbe probe = OkHttpProbe.getOverTls(client, "/health");
                assertThat(ask(probe, instance(good), LONG).join().isWell()).isTrue();
                assertThat(good.takeRequest().getHandshakeServerNames()).containsExactly("orders");
                ProbeResult refused = ask(probe, instance(bad), LONG).join();
                assertThat(refused.isWell()).isFalse();
                assertThat(refused.reason()).contains("SSLPeerUnverifiedException");
            }
            assertThat(bad.getRequestCount()).isZero();
        }
    }

    private static MockWebServer overTls(String certifiedName) throws IOException {
        MockWebServer server = new MockWebServer();
        server.useHttps(Certificates.of(certifiedName).sslSocketFactory());
        for (int i = 0; i < 2; i++) {
            server.enqueue(new MockResponse.Builder().body("well").build());
        }
        server.start();
        return server;
    }

    private static ServiceInstance instance(MockWebServer server) {
        return ServiceInstance.of("127.0.0.1", server.getPort());
    }

    @Test
    void instanceThatRefusesIsSick() throws Exception {
        ScriptedServer a = ScriptedServer.refusing();
        try (Orders orders = Orders.of(a)) {
            ProbeResult result =
                    ask(OkHttpProbe.get(orders.raw(), "/"), a, LONG).join();
            assertThat(result.isWell()).isFalse();
            assertThat(result.reason()).contains("ConnectException");
        }
    }

    @Test
    void instanceThatSaysNothingInTimeIsSick() throws Exception {
        ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.silence());
        try (Orders orders = Orders.of(a)) {
            ProbeResult result = ask(OkHttpProbe.get(orders.raw(), "/"), a, Duration.ofMillis(50))
                    .join();
            assertThat(result.isWell()).isFalse();
            assertThat(result.reason()).contains("timeout");
            Eventually.until("it has hung up", () -> a.openConnections() == 0);
        }
    }

    @Test
    void instanceWhoseBodyDoesNotComeInTimeIsSick() throws Exception {
        VirtualClock clock = new VirtualClock();
        CountDownLatch tooLate = new CountDownLatch(1);
        ScriptedServer a = ScriptedServer.start()
                .reply(ScriptedReply.ok("one half, and the other half").withRestAfter(tooLate));
        try (Orders orders = Orders.of(a);
                LoadBalancer probed = LoadBalancer.builder("probed")
                        .instances(a.hostPort())
                        .scheduler(clock)
                        .executor(Runnable::run)
                        .random(() -> 0)
                        .healthCheck(
                                OkHttpProbe.get(orders.raw(), "/health"),
                                ProbeConfig.builder()
                                        .timeout(Duration.ofMinutes(1))
                                        .build())
                        .build()) {
            clock.runDue();
            Eventually.until("it has asked", () -> a.requestCount() == 1);
            clock.advance(Duration.ofMinutes(1));
            assertThat(probed.snapshot().instance(a.hostPort()).reason())
                    .isEqualTo("probe failed: no answer within PT1M");
            tooLate.countDown();
            Eventually.until("it has hung up", () -> a.openConnections() == 0);
        }
    }

    @Test
    void longBodyIsNotReadToItsEnd() throws Exception {
        ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.endless());
        try (Orders orders = Orders.of(a)) {
            assertThat(ask(OkHttpProbe.get(orders.raw(), "/"), a, LONG).join().isWell())
                    .isTrue();
            Eventually.until("it has hung up", () -> a.openConnections() == 0);
        }
    }

    @Test
    void cancelledProbeHangsUp() throws Exception {
        ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.silence());
        try (Orders orders = Orders.of(a)) {
            CompletableFuture<ProbeResult> probe = ask(OkHttpProbe.get(orders.raw(), "/"), a, LONG);
            Eventually.until("it has asked", () -> a.requestCount() == 1);
            probe.cancel(true);
            Eventually.until("it has hung up", () -> a.openConnections() == 0);
        }
    }

    @Test
    void takesNoPartInCookies() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        a.reply(ScriptedReply.ok("ok").withHeader("Set-Cookie", "probe=1"));
        List<Cookie> saved = new ArrayList<>();
        CookieJar jar = new CookieJar() {
            @Override
            public void saveFromResponse(HttpUrl url, List<Cookie> cookies) {
                saved.addAll(cookies);
            }

            @Override
            public List<Cookie> loadForRequest(HttpUrl url) {
                return List.of(new Cookie.Builder()
                        .domain("orders")
                        .name("a")
                        .value("b")
                        .build());
            }
        };
        try (Orders orders = Orders.with(c -> c.cookieJar(jar), a)) {
            assertThat(ask(OkHttpProbe.get(orders.raw(), "/"), a, LONG).join().isWell())
                    .isTrue();
            assertThat(saved).isEmpty();
            assertThat(a.requests().get(0).header("Cookie")).isEmpty();
        }
    }

    @Test
    void doesNotWaitBehindCalls() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedServer a = ScriptedServer.start();
        a.reply(request -> request.target().equals("/health")
                ? ScriptedReply.ok("well")
                : ScriptedReply.ok("late").withHeadAfter(gate));
        try (Orders orders = Orders.of(a)) {
            CountDownLatch done = new CountDownLatch(8);
            for (int i = 0; i < 8; i++) {
                orders.http().newCall(Orders.request("http://orders/slow")).enqueue(new Callback() {
                    @Override
                    public void onResponse(Call call, Response response) {
                        response.close();
                        done.countDown();
                    }

                    @Override
                    public void onFailure(Call call, IOException failure) {
                        done.countDown();
                    }
                });
            }
            assertThat(orders.raw().dispatcher().queuedCallsCount()).isEqualTo(3);
            assertThat(ask(OkHttpProbe.get(orders.http(), "/health"), a, LONG)
                            .join()
                            .isWell())
                    .isTrue();
            gate.countDown();
            done.await();
        }
    }

    /** More of them than a dispatcher lets through, to one host and in all. */
    @Test
    void doesNotWaitBehindProbesOfInstancesThatHang() throws Exception {
        ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.silence());
        ScriptedServer b = ScriptedServer.start();
        try (Orders orders = Orders.of(a, b)) {
            HealthProbe probe = OkHttpProbe.get(orders.raw(), "/health");
            List<CompletableFuture<ProbeResult>> hanging = new ArrayList<>();
            for (int i = 0; i < 65; i++) {
                hanging.add(ask(probe, a, Duration.ofMinutes(5)));
            }
            Eventually.until("all are asked at once", a::requestCount, () -> a.requestCount() == 65);
            assertThat(ask(probe, b, LONG).join().isWell()).isTrue();
            hanging.forEach(answer -> answer.cancel(true));
        }
    }

    @Test
    void tellsTheBalancerWhoIsWell() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        ScriptedServer b = ScriptedServer.start().reply(ScriptedReply.status(500));
        OkHttpClient client = new OkHttpClient();
        ProbeConfig often =
                ProbeConfig.builder().interval(Duration.ofMillis(20)).build();
        try (Orders orders = Orders.service(
                        "orders", balancer -> balancer.healthCheck(OkHttpProbe.get(client, "/health"), often), c -> c)
                .add(a.instance(), a)
                .add(b.instance(), b)) {
            Eventually.until(
                    "both are known",
                    orders.balancer()::snapshot,
                    () -> orders.balancer().snapshot().instance(a.hostPort()).health() == HealthStatus.HEALTHY
                            && orders.balancer()
                                            .snapshot()
                                            .instance(b.hostPort())
                                            .health()
                                    == HealthStatus.UNHEALTHY);
        }
        client.dispatcher().executorService().shutdown();
    }

    @Test
    void refusesAPathThatIsNone() {
        OkHttpClient client = new OkHttpClient();
        assertThatThrownBy(() -> OkHttpProbe.get(client, "health"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("path: health (expected: begins with a slash)");
    }

    private static CompletableFuture<ProbeResult> ask(HealthProbe probe, ScriptedServer server, Duration timeout) {
        return ask(probe, server.instance(), timeout);
    }

    private static CompletableFuture<ProbeResult> ask(HealthProbe probe, ServiceInstance instance, Duration timeout) {
        ProbeContext context = new FakeProbeContext(timeout, new VirtualClock());
        return probe.check(instance, context).toCompletableFuture();
    }
}
