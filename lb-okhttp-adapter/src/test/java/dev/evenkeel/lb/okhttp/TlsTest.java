package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.CertificatePinner;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

/** What {@link TlsContractTest} does not know: pinned certificates, and clients without TLS. */
class TlsTest {

    @Test
    void pinsTheCertificateOfTheService() throws Exception {
        MockWebServer server = new MockWebServer();
        server.useHttps(Certificates.of("orders").sslSocketFactory());
        server.enqueue(new MockResponse.Builder().body("secret").build());
        server.start();
        CertificatePinner pinner = new CertificatePinner.Builder()
                .add("orders", CertificatePinner.pin(Certificates.AUTHORITY.certificate()))
                .build();
        try (Orders orders = Orders.with(client -> client.certificatePinner(pinner)
                .sslSocketFactory(Certificates.TRUST.sslSocketFactory(), Certificates.TRUST.trustManager()))) {
            orders.add(ServiceInstance.of("127.0.0.1", server.getPort()), server);
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
}
