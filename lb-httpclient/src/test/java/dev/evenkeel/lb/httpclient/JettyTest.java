package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against a server that people run, in every way of speaking HTTP to it. */
class JettyTest {

    private static final HeldCertificate CERTIFICATE =
            new HeldCertificate.Builder().addSubjectAlternativeName("orders").build();
    private static final HandshakeCertificates TLS = new HandshakeCertificates.Builder()
            .heldCertificate(CERTIFICATE)
            .addTrustedCertificate(CERTIFICATE.certificate())
            .build();

    /** HTTP/1.1, HTTP/2 without TLS, HTTP/2 with it. */
    enum Way {
        HTTP_1_1,
        H2C,
        H2;

        JettyServer server() throws Exception {
            return this == H2 ? JettyServer.overTls(TLS.sslContext()) : JettyServer.clear(100);
        }

        HttpClient client() {
            return HttpClient.newBuilder()
                    .version(version())
                    .sslContext(TLS.sslContext())
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
        }

        HttpClient.Version version() {
            return this == HTTP_1_1 ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2;
        }

        HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create((this == H2 ? "https" : "http") + "://orders" + path));
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersCallsToTheService(Way way) throws Exception {
        try (JettyServer one = way.server();
                JettyServer two = way.server();
                LoadBalancer orders = orders(one, two)) {
            BalancedHttpClient http = BalancedHttpClient.wrap(way.client(), orders);
            for (int i = 0; i < 2; i++) { // without TLS only a request without a body asks for HTTP/2
                http.send(way.request("/x").build(), BodyHandlers.discarding());
            }
            for (int i = 0; i < 10; i++) {
                HttpRequest request = way.request("/a%20b?x=%20")
                        .POST(BodyPublishers.ofString("body " + i))
                        .build();
                HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
                assertThat(response.version()).isEqualTo(way.version());
                assertThat(response.body()).isEqualTo("body " + i);
                assertThat(response.uri()).isEqualTo(request.uri());
            }
            assertThat(orders.snapshot().instances())
                    .allSatisfy(instance ->
                            assertThat(instance.outcomes(Kind.SUCCESS)).isEqualTo(6));
            http.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void endsACallThatIsCancelledOrClosedEarly(Way way) throws Exception {
        try (JettyServer server = way.server();
                LoadBalancer orders = orders(server)) {
            BalancedHttpClient http = BalancedHttpClient.wrap(way.client(), orders);
            http.send(way.request("/x").build(), BodyHandlers.discarding());
            HttpRequest endless = way.request("/endless").build();
            HttpResponse<InputStream> response = http.send(endless, BodyHandlers.ofInputStream());
            assertThat(response.body().read()).isEqualTo('o');
            CompletableFuture<?> call = http.sendAsync(endless, BodyHandlers.discarding());
            Eventually.until("the server has both", () -> server.begun.get() == 2);
            assertThat(orders.snapshot().inFlight()).isEqualTo(2);
            response.body().close();
            Eventually.until("it has ended", () -> orders.snapshot().inFlight() == 1);
            call.cancel(true);
            Eventually.until("it has ended, too", () -> orders.snapshot().inFlight() == 0);
            Eventually.until("the server sees both", () -> server.brokenOff.get() == 2);
            http.shutdownNow();
        }
    }

    private static LoadBalancer orders(JettyServer... instances) {
        return LoadBalancer.builder("orders")
                .instances(
                        List.of(instances).stream().map(JettyServer::instance).toList())
                .strategy(Strategies.roundRobin())
                .build();
    }
}
