package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.RecordingRelay;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.CertificatePinner;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** TLS goes end to end, and is about the service: the name that is asked for, and the name that is verified. */
class TlsTest {

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
                .add("orders", CertificatePinner.pin(Certificates.AUTHORITY.certificate()))
                .build();
        try (Orders orders = overTls(server, c -> c.certificatePinner(pinner))) {
            assertThat(orders.get("https://orders/x")).isEqualTo("secret");
        }
    }

    @Test
    void showsNothingOnTheWay() throws Exception {
        MockWebServer server = server("orders");
        try (RecordingRelay relay = RecordingRelay.to(server.getPort());
                Orders orders = Orders.with(TlsTest::trusting)) {
            orders.add(relay.instance(), server);
            Request request = Orders.request("https://orders/private-path")
                    .newBuilder()
                    .header("Authorization", "private-token")
                    .post(RequestBody.create("private-body", null))
                    .build();
            try (Response response = orders.http().newCall(request).execute()) {
                assertThat(response.body().string()).isEqualTo("secret");
            }
            assertThat(server.takeRequest().getTarget()).isEqualTo("/private-path");
            assertThat(relay.carriedBytes()).isGreaterThan(1000);
            assertThat(relay.carried("orders"))
                    .as("the server name is in the clear")
                    .isTrue();
            assertThat(relay.carried("private-")).isFalse();
            assertThat(relay.carried("secret")).isFalse();
        }
    }

    @Test
    void showsWhoTheCallerIs() throws Exception {
        MockWebServer server = server("orders");
        server.requireClientAuth();
        try (Orders orders = overTls(
                server,
                client -> client.sslSocketFactory(
                        Certificates.of("caller").sslSocketFactory(), Certificates.TRUST.trustManager()))) {
            assertThat(orders.get("https://orders/x")).isEqualTo("secret");
            assertThat(server.takeRequest().getHandshake().peerPrincipal().getName())
                    .isEqualTo("CN=caller");
        }
        MockWebServer strict = server("orders");
        strict.requireClientAuth();
        try (Orders orders = overTls(strict)) {
            assertThatThrownBy(() -> orders.get("https://orders/x")).isInstanceOf(IOException.class);
            assertThat(strict.getRequestCount()).isZero();
        }
    }

    @Test
    void resumesASessionForTheSameServiceOnly() throws Exception {
        MockWebServer server = server("orders");
        CountingTrust trust = new CountingTrust();
        SSLSocketFactory sockets = trust.sockets();
        try (Orders orders = overTls(
                        server,
                        client -> client.sslSocketFactory(sockets, trust).protocols(List.of(Protocol.HTTP_1_1)));
                LoadBalancer billing = LoadBalancer.builder("billing")
                        .instances("127.0.0.1:" + server.getPort())
                        .build()) {
            OkHttpClient http = BalancedOkHttp.wrap(orders.http(), billing);
            Request order = Orders.request("https://orders/x");
            try (Response one = http.newCall(order).execute();
                    Response overAnotherConnection = http.newCall(order).execute()) {
                assertThat(one.body().string())
                        .isEqualTo(overAnotherConnection.body().string());
            }
            assertThat(server.takeRequest().getConnectionIndex()).isZero();
            assertThat(server.takeRequest().getConnectionIndex()).isEqualTo(1);
            assertThat(trust.handshakes).as("the second one is resumed").hasValue(1);
            Request bill = Orders.request("https://billing/x");
            assertThatThrownBy(() -> http.newCall(bill).execute()).isInstanceOf(SSLPeerUnverifiedException.class);
            assertThat(trust.handshakes).as("not resumed").hasValue(2);
            assertThat(server.getRequestCount()).isEqualTo(2);
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

    /** Verifies as usual, and counts the handshakes that ask for it: a resumed session does not. */
    private static final class CountingTrust implements X509TrustManager {

        private final X509TrustManager trust = Certificates.TRUST.trustManager();
        private final AtomicInteger handshakes = new AtomicInteger();

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            handshakes.incrementAndGet();
            trust.checkServerTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            trust.checkClientTrusted(chain, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return trust.getAcceptedIssuers();
        }

        SSLSocketFactory sockets() throws GeneralSecurityException {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {this}, null);
            return context.getSocketFactory();
        }
    }
}
