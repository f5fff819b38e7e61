package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.ResponseCache;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

/**
 * That TLS goes end to end and is about the service, though the connection goes to an address: the name that is asked for,
 * the name that is verified, the name under which sessions are kept. An adapter's test class extends this like
 * {@link BalancedClientContract}.
 */
public abstract class TlsContract extends ContractFixture {

    private static final ContractCall GET = ContractCall.get("https://orders/x");

    /** For adapters to call. */
    protected TlsContract() {}

    /** The JDK takes a name without a dot for no host name, and leaves it out of the handshake unless it is told. */
    @Test
    final void asksForAndVerifiesTheServiceThoughItsNameHasOneLabel() throws Exception {
        ScriptedServer server = server("orders");
        LoadBalancer orders = orders(server);
        ContractClient client = trusting("orders", orders);
        for (int i = 0; i < 2; i++) {
            ContractAnswer answer = client.send(GET);
            assertThat(answer.url()).isEqualTo(URI.create("https://orders/x"));
            assertThat(answer.instance()).contains(server.instance());
        }
        RecordedCall async = new RecordedCall();
        client.sendAsync(ContractCall.get("https://ORDERS.:444/x"), async);
        async.answer().close();
        assertThat(server.requests())
                .hasSize(3)
                .allSatisfy(request -> assertThat(request.serverName()).contains("orders"));
        assertThat(server.acceptedConnections()).as("they are kept").isLessThanOrEqualTo(2);
    }

    @Test
    final void asksEachServiceForItsOwnName() throws Exception {
        ScriptedServer one = server("orders");
        ScriptedServer two = server("billing.example");
        ContractClient client = client(ContractOptions.of(orders(one), service("billing.example", two))
                .withTls(
                        TestCertificate.trusting(TestCertificate.of("orders"), TestCertificate.of("billing.example"))));
        client.send(GET);
        client.send(ContractCall.get("https://billing.example/x"));
        assertThat(one.requests().get(0).serverName()).contains("orders");
        assertThat(two.requests().get(0).serverName()).contains("billing.example");
    }

    /** Not even one for the address that the connection goes to. */
    @Test
    final void refusesACertificateForAnythingElse() throws Exception {
        for (String certified : List.of("billing", "127.0.0.1", "localhost")) {
            ScriptedServer server = server(certified);
            LoadBalancer orders = orders(server);
            ContractClient client = trusting(certified, orders);
            assertThatThrownBy(() -> client.send(GET)).as(certified).isInstanceOf(SSLException.class);
            RecordedCall async = new RecordedCall();
            client.sendAsync(GET, async);
            assertThat(async.failure()).as(certified).isInstanceOf(SSLException.class);
            assertThat(server.requestCount()).as(certified).isZero();
            assertThat(outcomes(orders, server, Kind.NEVER_REACHED)).isEqualTo(2);
        }
    }

    @Test
    final void refusesACertificateOfNobodyThatTheClientTrusts() throws Exception {
        ScriptedServer server = serverOverTls(TestCertificate.another("orders").ofServer());
        ContractClient client = trusting("orders", orders(server));
        assertThatThrownBy(() -> client.send(GET)).isInstanceOf(SSLException.class);
        assertThat(server.requestCount()).isZero();
    }

    /**
     * One process may be an instance of two services, and have a certificate for one of them. When a session is resumed, the
     * server shows no certificate; so what was verified for the one must not be resumed for the other. The JDK resumes by
     * what it was told to be the peer: were that the address, the last call would go through.
     */
    @Test
    final void resumesNoSessionOfAnotherService() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            ScriptedServer server = server("orders");
            CountingTrust control = new CountingTrust();
            ContractTls byTheAddress = control.tls(version);
            shakeHands(byTheAddress.context(), server, "orders");
            shakeHands(byTheAddress.context(), server, "billing");
            assertThat(control.asked)
                    .as("the server itself lets it be, %s", version)
                    .hasValue(1);

            CountingTrust trust = new CountingTrust();
            ContractClient client = client(ContractOptions.of(orders(server), service("billing", server))
                    .withTls(trust.tls(version)));
            CountDownLatch gate = new CountDownLatch(1);
            server.reply(ScriptedReply.ok("first half, second half").withRestAfter(gate));
            try (ContractAnswer one = client.open(GET);
                    ContractAnswer overAnotherConnection = client.open(GET)) {
                gate.countDown();
                assertThat(one.body().readAllBytes())
                        .hasSameSizeAs(overAnotherConnection.body().readAllBytes());
            }
            assertThat(trust.asked).as("the second one is resumed, %s", version).hasValue(1);
            int requests = server.requestCount();
            assertThatThrownBy(() -> client.send(ContractCall.get("https://billing/x")))
                    .as(version)
                    .isInstanceOf(SSLException.class);
            assertThat(trust.asked).as("this one is not, %s", version).hasValue(2);
            assertThat(server.requestCount()).isEqualTo(requests);
        }
    }

    @Test
    final void asksForTheNameThatIsConfigured() throws Exception {
        ScriptedServer server = server("orders.internal.example");
        ContractOptions options = ContractOptions.of(orders(server))
                .withTls(TestCertificate.trusting(TestCertificate.of("orders.internal.example")));
        ContractClient client = client(options.withTlsName(host -> host + ".internal.example"));
        for (int i = 0; i < 2; i++) {
            assertThat(client.send(GET).url()).isEqualTo(URI.create("https://orders/x"));
        }
        assertThat(server.requests())
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.serverName()).contains("orders.internal.example"));
        assertThat(server.acceptedConnections()).as("it is kept").isEqualTo(1);
        assertThatThrownBy(() -> client(options).send(GET)).isInstanceOf(SSLException.class);
    }

    @Test
    final void verifiesTheInstanceIfToldTo() throws Exception {
        ScriptedServer server = server("127.0.0.1");
        ContractOptions options =
                ContractOptions.of(orders(server)).withTls(TestCertificate.trusting(TestCertificate.of("127.0.0.1")));
        assertThat(client(options.withTlsNameOfInstance()).send(GET).status()).isEqualTo(200);
    }

    /** A client that is shown a name may take it for the one to verify. */
    @Test
    final void verifiesTheServiceThoughTheInstanceHasAName() throws Exception {
        ScriptedServer server = server("orders");
        ContractClient client = trusting("orders", service("orders", ServiceInstance.of("localhost", server.port())));
        assertThat(client.send(GET).status()).isEqualTo(200);
        RecordedCall async = new RecordedCall();
        client.sendAsync(GET, async);
        async.answer().close();
        assertThat(server.requests())
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.serverName()).contains("orders"));
    }

    @Test
    final void showsWhoTheCallerIs() throws Exception {
        TestCertificate caller = TestCertificate.of("caller");
        TestCertificate certificate = TestCertificate.of("orders");
        ScriptedServer server = serverOverTls(certificate.ofServer(caller));
        LoadBalancer orders = orders(server);
        client(ContractOptions.of(orders).withTls(caller.ofCaller(certificate))).send(GET);
        trusting("orders", orders).send(GET);
        assertThat(principal(server.requests().get(0))).isEqualTo("CN=caller");
        assertThat(principal(server.requests().get(1))).isEqualTo("nobody");
    }

    @Test
    final void showsNothingToAnybodyOnTheWay() throws Exception {
        ScriptedServer server = server("orders").reply(ScriptedReply.ok("private-answer"));
        try (RecordingRelay relay = RecordingRelay.to(server.port())) {
            ContractClient client = trusting("orders", service("orders", relay.instance()));
            ContractAnswer answer = client.send(ContractCall.post("https://orders/private-path", "private-body")
                    .withHeader("Authorization", "private-token"));
            assertThat(answer.body().readAllBytes()).asString().isEqualTo("private-answer");
            assertThat(server.requests()).singleElement().satisfies(request -> {
                assertThat(request.target()).isEqualTo("/private-path");
                assertThat(request.body()).isEqualTo("private-body");
                assertThat(request.header("Authorization")).contains("private-token");
            });
            assertThat(relay.carriedBytes()).isGreaterThan(500);
            assertThat(relay.carried("orders"))
                    .as("the server name, which is asked for in the clear")
                    .isTrue();
            assertThat(relay.carried("private-")).isFalse();
        }
    }

    @Test
    final void leavesConnectionsAloneThatAreNotBalanced() throws Exception {
        ScriptedServer elsewhere = server("localhost");
        LoadBalancer orders = orders(server("orders"));
        ContractClient client = trusting("localhost", orders);
        assertThat(client.send(ContractCall.get("https://localhost:" + elsewhere.port() + "/x"))
                        .status())
                .isEqualTo(200);
        assertThatThrownBy(() -> client.send(ContractCall.get("https://" + elsewhere.hostPort() + "/x")))
                .isInstanceOf(SSLException.class);
        assertThat(elsewhere.requestCount()).isEqualTo(1);
        assertThat(picks(orders)).isZero();
    }

    @Test
    final void changesNothingThatTheProcessShares() throws Exception {
        Properties before = (Properties) System.getProperties().clone();
        List<Object> defaults = whatTheProcessShares();
        ScriptedServer server = server("orders");
        trusting("orders", orders(server)).send(GET);
        assertThat(server.requestCount()).isEqualTo(1);
        assertThat(System.getProperties()).isEqualTo(before);
        assertThat(whatTheProcessShares()).isEqualTo(defaults);
    }

    private static List<Object> whatTheProcessShares() throws GeneralSecurityException {
        return Arrays.asList(
                SSLContext.getDefault(),
                HttpsURLConnection.getDefaultSSLSocketFactory(),
                HttpsURLConnection.getDefaultHostnameVerifier(),
                ProxySelector.getDefault(),
                Authenticator.getDefault(),
                CookieHandler.getDefault(),
                ResponseCache.getDefault());
    }

    private ScriptedServer server(String certified) {
        return serverOverTls(TestCertificate.of(certified).ofServer());
    }

    private LoadBalancer service(String name, ScriptedServer server) {
        return service(name, server.instance());
    }

    private LoadBalancer service(String name, ServiceInstance instance) {
        return balancer(LoadBalancer.builder(name).instances(List.of(instance)));
    }

    private ContractClient trusting(String certified, LoadBalancer balancer) {
        return client(ContractOptions.of(balancer).withTls(TestCertificate.trusting(TestCertificate.of(certified))));
    }

    private static String principal(RecordedRequest request) {
        try {
            Principal caller = request.tlsSession().orElseThrow().getPeerPrincipal();
            return caller.getName();
        } catch (SSLPeerUnverifiedException anonymous) {
            return "nobody";
        }
    }

    /** As a client would that tells the JDK the address of the instance, and the name of the service besides. */
    private static void shakeHands(SSLContext context, ScriptedServer server, String name) throws IOException {
        InetAddress address = server.instance().address().getAddress();
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(new Socket(address, server.port()), "127.0.0.1", server.port(), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
            SSLSession session = socket.getSession(); // after the handshake
            assertThat(session.isValid()).isTrue();
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()) // before it comes what is needed to resume the session
                    .isEqualTo('H');
        }
    }

    /** Trusts {@code orders}, and counts how often it is shown a certificate: not where a session is resumed. */
    private static final class CountingTrust implements X509TrustManager {

        private final X509TrustManager trust = TestCertificate.trustManager(TestCertificate.of("orders"));
        private final AtomicInteger asked = new AtomicInteger();

        ContractTls tls(String version) {
            return new ContractTls(TestCertificate.context(version, null, this), this);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            asked.incrementAndGet();
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
    }
}
