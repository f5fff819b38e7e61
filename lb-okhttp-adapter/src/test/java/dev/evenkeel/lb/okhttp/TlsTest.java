package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.CertificatePinner;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

/** What {@link TlsContractTest} does not know: HTTP/2, pinned certificates, connections that are none of ours. */
class TlsTest {

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
