package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.CertificatePinner;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;

/** TLS goes end to end, and is about the service: the name that is asked for, and the name that is verified. */
class TlsTest {

    private static final HeldCertificate AUTHORITY =
            new HeldCertificate.Builder().certificateAuthority(0).build();
    private static final HandshakeCertificates TRUST = new HandshakeCertificates.Builder()
            .addTrustedCertificate(AUTHORITY.certificate())
            .build();

    @Test
    void verifiesAndAsksForTheServiceThoughItsNameHasOneLabel() throws Exception {
        MockWebServer server = server("orders");
        try (Orders orders = overTls(server)) {
            for (int i = 0; i < 2; i++) {
                try (Response response = orders.http()
                        .newCall(Orders.request("https://orders/x"))
                        .execute()) {
                    assertThat(response.body().string()).isEqualTo("secret");
                    assertThat(response.protocol()).isEqualTo(Protocol.HTTP_2);
                }
                RecordedRequest seen = server.takeRequest();
                assertThat(seen.getHandshakeServerNames()).containsExactly("orders");
                assertThat(seen.getHeaders().get(":authority")).isEqualTo("orders");
                assertThat(seen.getConnectionIndex()).isZero();
                assertThat(seen.getExchangeIndex()).isEqualTo(i);
            }
        }
    }

    @Test
    void refusesACertificateOfAnotherService() throws Exception {
        MockWebServer server = server("billing");
        try (Orders orders = overTls(server)) {
            assertThatThrownBy(() -> orders.get("https://orders/x")).isInstanceOf(SSLException.class);
            assertThat(server.getRequestCount()).isZero();
            assertThat(orders.ended(Kind.NEVER_REACHED)).isEqualTo(1);
        }
    }

    @Test
    void refusesACertificateOfTheInstancesAddress() throws Exception {
        MockWebServer server = server("127.0.0.1");
        try (Orders orders = overTls(server)) {
            assertThatThrownBy(() -> orders.get("https://orders/x")).isInstanceOf(SSLException.class);
            assertThat(server.getRequestCount()).isZero();
        }
    }

    @Test
    void asksEachServiceForItsOwnName() throws Exception {
        MockWebServer one = server("orders");
        MockWebServer two = server("billing.example");
        try (Orders orders = overTls(one);
                two;
                LoadBalancer billing = LoadBalancer.builder("billing.example")
                        .instances("127.0.0.1:" + two.getPort())
                        .build()) {
            OkHttpClient http = BalancedOkHttp.wrap(orders.http(), billing);
            http.newCall(Orders.request("https://orders/x")).execute().close();
            http.newCall(Orders.request("https://billing.example/x")).execute().close();
            assertThat(one.takeRequest().getHandshakeServerNames()).containsExactly("orders");
            assertThat(two.takeRequest().getHandshakeServerNames()).containsExactly("billing.example");
        }
    }

    @Test
    void leavesConnectionsAloneThatAreNotBalanced() throws Exception {
        MockWebServer server = server("localhost");
        try (Orders orders = overTls(server)) {
            assertThat(orders.get("https://localhost:" + server.getPort() + "/x"))
                    .isEqualTo("secret");
            assertThat(server.takeRequest().getHandshakeServerNames()).isEmpty();
            assertThat(orders.picks()).isZero();
        }
    }

    @Test
    void pinsTheCertificateOfTheService() throws Exception {
        MockWebServer server = server("orders");
        CertificatePinner pinner = new CertificatePinner.Builder()
                .add("orders", CertificatePinner.pin(AUTHORITY.certificate()))
                .build();
        try (Orders orders = overTls(server, c -> c.certificatePinner(pinner))) {
            assertThat(orders.get("https://orders/x")).isEqualTo("secret");
        }
    }

    @Test
    void wrapsClientsThatKnowNoTls() {
        OkHttpClient clear = new OkHttpClient.Builder()
                .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT))
                .build();
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").instances("10.0.0.1:80").build()) {
            assertThat(BalancedOkHttp.wrap(clear, orders).interceptors()).hasSize(1);
        }
    }

    private static Orders overTls(MockWebServer server) {
        return overTls(server, UnaryOperator.identity());
    }

    private static Orders overTls(MockWebServer server, UnaryOperator<OkHttpClient.Builder> settings) {
        Orders orders = Orders.with(
                client -> settings.apply(client.sslSocketFactory(TRUST.sslSocketFactory(), TRUST.trustManager())));
        return orders.add(ServiceInstance.of("127.0.0.1", server.getPort()), server);
    }

    private static MockWebServer server(String certifiedName) throws IOException {
        HeldCertificate certificate = new HeldCertificate.Builder()
                .addSubjectAlternativeName(certifiedName)
                .signedBy(AUTHORITY)
                .build();
        MockWebServer server = new MockWebServer();
        server.useHttps(new HandshakeCertificates.Builder()
                .heldCertificate(certificate)
                .build()
                .sslSocketFactory());
        for (int i = 0; i < 2; i++) {
            server.enqueue(new MockResponse.Builder().body("secret").build());
        }
        server.start();
        return server;
    }
}
