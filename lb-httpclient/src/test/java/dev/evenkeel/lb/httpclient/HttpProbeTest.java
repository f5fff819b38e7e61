package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.FakeProbeContext;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProbeTest extends HttpFixture {

    private final HttpProbe probe = HttpProbe.get(plain, "/health?deep=%20");

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 299})
    void findsAnInstanceWellThatSaysSo(int status) throws Exception {
        one.reply(ScriptedReply.status(status));
        assertThat(result(probe, Duration.ofSeconds(10)).isWell()).isTrue();
        assertThat(one.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.target()).isEqualTo("/health?deep=%20");
            assertThat(request.header("User-Agent")).contains("evenkeel-probe");
            assertThat(request.header("Upgrade")).isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 304, 404, 429, 500, 503})
    void findsAnInstanceSickThatSaysAnythingElse(int status) throws Exception {
        one.reply(ScriptedReply.status(status).withHeader("Location", "/login").withBody("body"));
        ProbeResult result = result(probe, Duration.ofSeconds(10));
        assertThat(result.isWell()).isFalse();
        assertThat(result.reason()).contains("/health", Integer.toString(status));
    }

    @Test
    void findsAnInstanceSickThatSendsTheProbeSomewhereElse() throws Exception {
        HttpClient following =
                newPlainClient().followRedirects(HttpClient.Redirect.ALWAYS).build();
        one.reply(request -> request.target().startsWith("/health")
                ? ScriptedReply.status(302).withHeader("Location", "/login")
                : ScriptedReply.ok("please log in"));
        ProbeResult result = result(HttpProbe.get(following, "/health"), Duration.ofSeconds(10));
        assertThat(result.isWell()).isFalse();
        assertThat(result.reason()).contains("302");
    }

    @Test
    void findsAnInstanceSickThatRefuses() throws Exception {
        one.stop();
        ProbeResult result = result(probe, Duration.ofSeconds(10));
        assertThat(result.isWell()).isFalse();
        assertThat(result.reason()).contains("ConnectException");
    }

    @Test
    void findsAnInstanceSickThatDoesNotAnswerInTime() throws Exception {
        one.reply(ScriptedReply.silence());
        ProbeResult result = result(probe, Duration.ofMillis(100));
        assertThat(result.isWell()).isFalse();
        assertThat(result.reason()).contains("HttpTimeoutException");
    }

    @Test
    void doesNotReadABodyWithoutEnd() throws Exception {
        one.reply(ScriptedReply.endless());
        assertThat(result(probe, Duration.ofSeconds(10)).isWell()).isTrue();
        Eventually.until("the server sees that nobody reads", () -> one.openConnections() == 0);
    }

    /** The head comes in time, and half of the body: the JDK's own time limit is met by that. */
    @Test
    void findsAnInstanceSickWhoseBodyDoesNotComeInTime() {
        VirtualClock clock = new VirtualClock();
        CountDownLatch tooLate = new CountDownLatch(1);
        one.reply(ScriptedReply.ok("one half, and the other half").withRestAfter(tooLate));
        try (LoadBalancer probed = LoadBalancer.builder("probed")
                .instances(one.hostPort())
                .scheduler(clock)
                .executor(Runnable::run)
                .random(() -> 0)
                .healthCheck(
                        HttpProbe.get(plain, "/health"),
                        ProbeConfig.builder().timeout(Duration.ofMinutes(1)).build())
                .build()) {
            clock.runDue();
            Eventually.until("the server has the request", () -> one.requestCount() == 1);
            clock.advance(Duration.ofMinutes(1));
            assertThat(probed.snapshot().instance(one.hostPort()).reason())
                    .isEqualTo("probe failed: no answer within PT1M");
            tooLate.countDown();
            Eventually.until("the server sees that nobody waits", () -> one.openConnections() == 0);
        }
    }

    @Test
    void hangsUpWhenItIsCancelled() {
        one.reply(ScriptedReply.silence());
        CompletableFuture<ProbeResult> result = probe.check(
                        one.instance(), new FakeProbeContext(Duration.ofSeconds(60), new VirtualClock()))
                .toCompletableFuture();
        Eventually.until("the server has the request", () -> one.requestCount() == 1);
        result.cancel(true);
        Eventually.until("the server sees that nobody waits", () -> one.openConnections() == 0);
    }

    @Test
    void usesTheClientInsideABalancedOne() throws Exception {
        BalancedHttpClient everythingIsForOrders = BalancedHttpClient.wrap(plain, request -> Optional.of(orders));
        assertThat(result(HttpProbe.get(everythingIsForOrders, "/health"), Duration.ofSeconds(10))
                        .isWell())
                .isTrue();
        assertThat(picks()).isZero();
    }

    @Test
    void tellsABalancerWhoIsWell() {
        two.reply(ScriptedReply.status(503));
        ProbeConfig config =
                ProbeConfig.builder().interval(Duration.ofMillis(20)).build();
        try (LoadBalancer probed = LoadBalancer.builder("probed")
                .instances(one.hostPort(), two.hostPort())
                .healthCheck(HttpProbe.get(plain, "/health"), config)
                .build()) {
            Eventually.until(
                    "the instances are known",
                    probed::snapshot,
                    () -> health(probed, one.hostPort()) == HealthStatus.HEALTHY
                            && health(probed, two.hostPort()) == HealthStatus.UNHEALTHY);
            assertThat(probed.snapshot().instance(two.hostPort()).reason()).contains("503");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "health", "http://elsewhere/", "/a b", "/x#part"})
    void refusesWhatIsNoPath(String path) {
        assertThatThrownBy(() -> HttpProbe.get(plain, path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("path: " + path + " (expected: ");
    }

    private static HealthStatus health(LoadBalancer balancer, String id) {
        return balancer.snapshot().instance(id).health();
    }

    private ProbeResult result(HttpProbe asked, Duration timeout) throws Exception {
        return asked.check(one.instance(), new FakeProbeContext(timeout, new VirtualClock()))
                .toCompletableFuture()
                .get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
