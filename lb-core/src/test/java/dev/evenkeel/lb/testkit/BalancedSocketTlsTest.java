package dev.evenkeel.lb.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.socket.BalancedSocketFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TLS over balanced sockets is about the service, though they go to an address. Here, as the kit keeps its certificates. */
@Timeout(60)
class BalancedSocketTlsTest {

    @Test
    void showsNothingToAnybodyOnTheWay() throws Exception {
        TestCertificate certificate = TestCertificate.of("orders");
        try (ScriptedServer server = ScriptedServer.startOverTls(certificate.ofServer());
                RecordingRelay relay = RecordingRelay.to(server.port());
                LoadBalancer orders = LoadBalancer.builder("orders")
                        .instances(List.of(relay.instance()))
                        .build()) {
            server.reply(ScriptedReply.ok("private-answer"));
            try (SSLSocket socket =
                    overTls(orders, TestCertificate.trusting(certificate).context())) {
                assertThat(answer(socket)).isEqualTo("private-answer");
                assertThat(orders.snapshot().inFlight()).isEqualTo(1);
            }
            assertThat(server.requests()).singleElement().satisfies(request -> {
                assertThat(request.target()).isEqualTo("/private-path");
                assertThat(request.serverName()).contains("orders");
            });
            assertThat(relay.carriedBytes()).isGreaterThan(500);
            assertThat(relay.carried("orders"))
                    .as("the server name, which is asked for in the clear")
                    .isTrue();
            assertThat(relay.carried("private-")).isFalse();
            assertThat(orders.snapshot().inFlight())
                    .as("closing what is above closes what is below")
                    .isZero();
        }
    }

    /** Not even one for the address that the connection goes to. */
    @Test
    void refusesACertificateForAnythingElse() throws Exception {
        for (String certified : List.of("billing", "127.0.0.1")) {
            TestCertificate certificate = TestCertificate.of(certified);
            try (ScriptedServer server = ScriptedServer.startOverTls(certificate.ofServer());
                    LoadBalancer orders = LoadBalancer.builder("orders")
                            .instances(List.of(server.instance()))
                            .build()) {
                assertThatThrownBy(() -> {
                            try (SSLSocket socket = overTls(
                                    orders,
                                    TestCertificate.trusting(certificate).context())) {
                                answer(socket);
                            }
                        })
                        .as(certified)
                        .isInstanceOf(SSLException.class);
                assertThat(server.requestCount()).isZero();
                assertThat(orders.snapshot().inFlight()).isZero();
                assertThat(orders.snapshot().instance(server.hostPort()).outcomes(Outcome.Kind.SUCCESS))
                        .as("what runs over a connection is not known below")
                        .isEqualTo(1);
            }
        }
    }

    private static SSLSocket overTls(LoadBalancer orders, SSLContext context) throws IOException {
        Socket below = BalancedSocketFactory.to(orders).createSocket("orders", 443);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(below, "orders", 443, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(List.of(new SNIHostName("orders")));
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** The head, and what comes with it. The server keeps the connection open. */
    private static String answer(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("GET /private-path HTTP/1.1\r\nHost: orders\r\n\r\n".getBytes(US_ASCII));
        BufferedReader answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        while (!answer.readLine().isEmpty()) {
            // a header
        }
        char[] body = new char["private-answer".length()];
        int read = 0;
        while (read < body.length) {
            read += answer.read(body, read, body.length - read);
        }
        return new String(body);
    }
}
