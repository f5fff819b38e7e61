package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLPeerUnverifiedException;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.CertificatePinner;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** What {@link TlsContractTest} does not know: HTTP/2, pinned certificates, connections that are none of ours. */
class TlsTest {

    @Test
    void speaksHttp2() throws Exception {
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
                .add("orders", CertificatePinner.pin(Certificates.AUTHORITY.certificate()))
                .build();
        try (Orders orders = overTls(server, c -> c.certificatePinner(pinner))) {
            assertThat(orders.get("https://orders/x")).isEqualTo("secret");
        }
    }

    @Test
    void asksForTheNameThatIsConfigured() throws Exception {
        MockWebServer server = server("orders.internal.example");
        try (Orders orders = overTls(server)) {
            OkHttpClient http = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                    .tlsName(host -> host + ".internal.example")
                    .build();
            for (int i = 0; i < 2; i++) {
                try (Response response =
                        http.newCall(Orders.request("https://orders/x")).execute()) {
                    assertThat(response.body().string()).isEqualTo("secret");
                }
                RecordedRequest seen = server.takeRequest();
                assertThat(seen.getHandshakeServerNames()).containsExactly("orders.internal.example");
                assertThat(seen.getHeaders().get(":authority")).isEqualTo("orders");
                assertThat(seen.getConnectionIndex()).isZero();
            }
            assertThatThrownBy(() -> orders.get("https://orders/x")).isInstanceOf(SSLPeerUnverifiedException.class);
        }
    }

    @Test
    void verifiesTheInstanceIfToldTo() throws Exception {
        MockWebServer server = server("127.0.0.1");
        try (Orders orders = overTls(server)) {
            OkHttpClient http = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                    .tlsNameOfInstance()
                    .build();
            try (Response response =
                    http.newCall(Orders.request("https://orders/x")).execute()) {
                assertThat(response.body().string()).isEqualTo("secret");
            }
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

    private static OkHttpClient.Builder trusting(OkHttpClient.Builder client) {
        return client.sslSocketFactory(Certificates.TRUST.sslSocketFactory(), Certificates.TRUST.trustManager());
    }

    private static Orders overTls(MockWebServer server, UnaryOperator<OkHttpClient.Builder> settings) {
        Orders orders = Orders.with(client -> settings.apply(trusting(client)));
        return orders.add(ServiceInstance.of("127.0.0.1", server.getPort()), server);
    }

    private static MockWebServer server(String certifiedName) throws IOException {
        MockWebServer server = new MockWebServer();
        server.useHttps(Certificates.of(certifiedName).sslSocketFactory());
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().body("secret").build();
            }
        });
        server.start();
        return server;
    }
}
