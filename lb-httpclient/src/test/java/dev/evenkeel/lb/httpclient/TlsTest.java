package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.FakeProbeContext;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@link TlsContractTest} does not know: names that are none, clients in clients, probes. */
class TlsTest {

    private static final HeldCertificate AUTHORITY =
            new HeldCertificate.Builder().certificateAuthority(0).build();

    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : toClose) {
            one.close();
        }
    }

    @Test
    void showsTheSessionOfTheService() throws Exception {
        BalancedHttpClient http = client(balancer("orders", server("orders")));
        assertThat(http.send(get("https://orders/x"), BodyHandlers.ofString()).sslSession())
                .hasValueSatisfying(session -> assertThat(session.getPeerHost()).isEqualTo("orders"));
    }

    @Test
    void blamesNoInstanceForAConfiguredNameThatIsNone() throws Exception {
        LoadBalancer orders = balancer("orders", server("orders"));
        BalancedHttpClient http =
                client(UnaryOperator.identity(), builder -> builder.tlsName(host -> "no name"), orders);
        assertThatThrownBy(() -> http.send(get("https://orders/x"), BodyHandlers.ofString()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(http.sendAsync(get("https://orders/x"), BodyHandlers.ofString()))
                .failsWithin(Eventually.PATIENCE);
        assertThat(orders.snapshot().instances().get(0).picks()).isZero();
    }

    @Test
    void isNotTurnedOffByWrappingTwice() throws Exception {
        MockWebServer one = server("orders");
        MockWebServer two = server("billing");
        BalancedHttpClient inner = client(balancer("orders", one));
        BalancedHttpClient http = BalancedHttpClient.wrap(inner, balancer("billing", two));
        assertThat(http.send(get("https://orders/x"), BodyHandlers.ofString()).body())
                .isEqualTo("secret");
        assertThat(http.send(get("https://billing/x"), BodyHandlers.ofString()).body())
                .isEqualTo("secret");
    }

    @Test
    void saysWhyAClientThatIsDecoratedCannotCarryIt() throws Exception {
        MockWebServer server = server("orders");
        LoadBalancer orders = balancer("orders", server);
        RecordingClient decorated = new RecordingClient(plain(UnaryOperator.identity()));
        assertThatThrownBy(() -> BalancedHttpClient.wrap(decorated, orders)
                        .send(get("https://orders/x"), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("RecordingClient")
                .hasMessageContaining("Builder.decorate");
        List<RecordingClient> decorations = new ArrayList<>();
        BalancedHttpClient http = client(
                UnaryOperator.identity(),
                builder -> builder.decorate(raw -> {
                    decorations.add(new RecordingClient(raw));
                    return decorations.get(decorations.size() - 1);
                }),
                orders);
        http.send(get("https://orders/x"), BodyHandlers.ofString());
        assertThat(decorations)
                .flatExtracting(client -> client.requests)
                .extracting(HttpRequest::uri)
                .containsExactly(URI.create("https://127.0.0.1:" + server.getPort() + "/x"));
    }

    // ---- probes

    @Test
    void probesOverTlsAndVerifiesTheService() throws Exception {
        MockWebServer good = server("orders");
        MockWebServer bad = server("127.0.0.1");
        for (HealthProbe probe : List.of(
                HttpProbe.getOverTls(plain(UnaryOperator.identity()), "/health"),
                HttpProbe.getOverTls(client(balancer("anything", good)), "/health"))) {
            assertThat(result(probe, good).isWell()).isTrue();
            assertThat(good.takeRequest().getTarget()).isEqualTo("/health");
            ProbeResult refused = result(probe, bad);
            assertThat(refused.isWell()).isFalse();
            assertThat(refused.reason()).contains("SSLHandshakeException");
        }
        assertThat(bad.getRequestCount()).isZero();
    }

    @Test
    void probesUnderTheNameThatIsConfigured() throws Exception {
        MockWebServer server = server("orders.internal.example");
        BalancedHttpClient http = client(
                UnaryOperator.identity(),
                builder -> builder.tlsName(host -> host + ".internal.example"),
                balancer("orders", server));
        assertThat(result(HttpProbe.getOverTls(http, "/health"), server).isWell())
                .isTrue();
        assertThat(server.takeRequest().getHandshakeServerNames()).containsExactly("orders.internal.example");
    }

    private static ProbeResult result(HealthProbe probe, MockWebServer server) throws Exception {
        return probe.check(
                        ServiceInstance.of("127.0.0.1", server.getPort()),
                        new FakeProbeContext(Duration.ofSeconds(10), new VirtualClock()))
                .toCompletableFuture()
                .get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    // ---- what there is

    private static HttpRequest get(String url) {
        return HttpRequest.newBuilder(URI.create(url)).build();
    }

    private BalancedHttpClient client(LoadBalancer... balancers) {
        return client(UnaryOperator.identity(), UnaryOperator.identity(), balancers);
    }

    private BalancedHttpClient client(
            UnaryOperator<HttpClient.Builder> settings,
            UnaryOperator<BalancedHttpClientBuilder> options,
            LoadBalancer... balancers) {
        BalancedHttpClient client = options.apply(BalancedHttpClient.builder(plain(settings), Router.of(balancers)))
                .build();
        toClose.add(client::shutdownNow);
        return client;
    }

    private static HttpClient plain(UnaryOperator<HttpClient.Builder> settings) {
        SSLContext trusting = new HandshakeCertificates.Builder()
                .addTrustedCertificate(AUTHORITY.certificate())
                .build()
                .sslContext();
        return settings.apply(HttpClient.newBuilder().sslContext(trusting).connectTimeout(Duration.ofSeconds(5)))
                .build();
    }

    private LoadBalancer balancer(String service, MockWebServer server) {
        LoadBalancer balancer = LoadBalancer.builder(service)
                .instances("127.0.0.1:" + server.getPort())
                .build();
        toClose.add(balancer);
        return balancer;
    }

    private MockWebServer server(String certified) throws IOException {
        HeldCertificate certificate = new HeldCertificate.Builder()
                .addSubjectAlternativeName(certified)
                .signedBy(AUTHORITY)
                .build();
        return server(new HandshakeCertificates.Builder()
                .addTrustedCertificate(AUTHORITY.certificate())
                .heldCertificate(certificate)
                .build());
    }

    private MockWebServer server(HandshakeCertificates certificates) throws IOException {
        MockWebServer server = new MockWebServer();
        server.useHttps(certificates.sslSocketFactory());
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                MockResponse.Builder answer = new MockResponse.Builder().body("secret");
                return Optional.of(request.getTarget()).filter("/close"::equals).isPresent()
                        ? answer.addHeader("Connection", "close").build()
                        : answer.build();
            }
        });
        server.start();
        toClose.add(server);
        return server;
    }
}
