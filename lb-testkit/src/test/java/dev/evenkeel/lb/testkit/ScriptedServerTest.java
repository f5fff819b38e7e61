package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScriptedServerTest {

    private static final String GET = "GET /a%2Fb?c HTTP/1.1\r\nHost: orders\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 scripted\r\nContent-Length: 2\r\n\r\nok";

    private final ScriptedServer server = ScriptedServer.start();

    @AfterEach
    void endsWithAllItsThreads() {
        server.close();
        server.close();
        Eventually.noThreadsNamed(ScriptedServer.THREAD_NAME);
        assertThat(server.openConnections()).isZero();
    }

    @Test
    void answersAndRemembers() throws Exception {
        try (Socket socket = connect()) {
            send(socket, GET);
            assertThat(read(socket, OK.length())).isEqualTo(OK);
            send(socket, "POST / HTTP/1.1\r\nhost: orders\r\nX: 1\r\nx:2\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(read(socket, OK.length())).isEqualTo(OK);
            send(socket, "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(read(socket, OK.length())).isEqualTo(OK);
        }
        assertThat(server.requests())
                .extracting(RecordedRequest::toString)
                .containsExactly("GET /a%2Fb?c", "POST /", "PUT /");
        assertThat(server.requests().get(1).headers().get("x")).containsExactly("1", "2");
        assertThat(server.requests()).extracting(RecordedRequest::body).containsExactly("", "abc", "abcde");
        assertThat(server.acceptedConnections()).isEqualTo(1);
        assertThat(server.requestCount()).isEqualTo(3);
    }

    @Test
    void speaksTls() throws Exception {
        TestCertificate certificate = TestCertificate.of("orders");
        SSLSocketFactory sockets =
                TestCertificate.trusting(certificate).context().getSocketFactory();
        try (ScriptedServer secure = ScriptedServer.startOverTls(certificate.ofServer());
                SSLSocket socket = (SSLSocket)
                        sockets.createSocket(secure.instance().address().getAddress(), secure.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("orders")));
            socket.setSSLParameters(parameters);
            send(socket, GET);
            assertThat(read(socket, OK.length())).isEqualTo(OK);
            assertThat(secure.requests()).singleElement().satisfies(request -> {
                assertThat(request.serverName()).contains("orders");
                assertThat(request.tlsSession())
                        .hasValueSatisfying(
                                session -> assertThat(session.getProtocol()).isEqualTo("TLSv1.3"));
            });
        }
    }

    /** With the key and the frames of the examples in RFC 6455. */
    @Test
    void speaksWebSocket() throws Exception {
        server.reply(ScriptedReply.webSocket());
        String[] lines = {
            "HTTP/1.1 101 scripted",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        };
        String head = String.join("\r\n", lines) + "\r\n\r\n";
        try (Socket socket = connect()) {
            send(socket, "GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(read(socket, head.length())).isEqualTo(head);
            byte[] maskedHello = {
                (byte) 0x81, (byte) 0x85, 0x37, (byte) 0xfa, 0x21, 0x3d, 0x7f, (byte) 0x9f, 0x4d, 0x51, 0x58
            };
            socket.getOutputStream().write(maskedHello);
            byte[] hello = {(byte) 0x81, 0x05, 'H', 'e', 'l', 'l', 'o'};
            assertThat(socket.getInputStream().readNBytes(hello.length)).isEqualTo(hello);
        }
    }

    @Test
    void givesTheGoAheadForABody() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
            assertThat(read(socket, 25)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            send(socket, "x");
            assertThat(read(socket, OK.length())).isEqualTo(OK);
        }
    }

    @Test
    void followsAFunction() throws Exception {
        server.reply(request -> ScriptedReply.status(404).withHeader("X-Target", request.target()));
        try (Socket socket = connect()) {
            send(socket, GET);
            String expected = "HTTP/1.1 404 scripted\r\nContent-Length: 0\r\nX-Target: /a%2Fb?c\r\n\r\n";
            assertThat(read(socket, expected.length())).isEqualTo(expected);
        }
    }

    @Test
    void waitsAtItsGates() throws Exception {
        CountDownLatch head = new CountDownLatch(1);
        CountDownLatch rest = new CountDownLatch(1);
        server.reply(ScriptedReply.ok("ok").withHeadAfter(head).withRestAfter(rest));
        try (Socket socket = connect()) {
            send(socket, GET);
            Eventually.until("the request is there", () -> server.requestCount() == 1);
            assertThat(socket.getInputStream().available()).isZero();
            head.countDown();
            assertThat(read(socket, OK.length() - 1)).isEqualTo(OK.substring(0, OK.length() - 1));
            assertThat(socket.getInputStream().available()).isZero();
            rest.countDown();
            assertThat(read(socket, 1)).isEqualTo("k");
        }
    }

    @Test
    void breaksOffInTheMiddle() throws Exception {
        server.reply(ScriptedReply.cut().withBody("four"));
        try (Socket socket = connect()) {
            send(socket, GET);
            assertThat(readAll(socket)).endsWith("Content-Length: 4\r\n\r\nfo");
        }
    }

    @Test
    void hangsUp() throws Exception {
        server.reply(ScriptedReply.hangUp());
        try (Socket socket = connect()) {
            send(socket, GET);
            assertThat(readAll(socket)).isEmpty();
        }
    }

    @Test
    void resets() throws Exception {
        server.reply(ScriptedReply.reset());
        try (Socket socket = connect()) {
            send(socket, GET);
            assertThatThrownBy(() -> readAll(socket)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void staysSilentUntilTheCallerGoes() throws Exception {
        server.reply(ScriptedReply.silence());
        try (Socket socket = connect()) {
            send(socket, GET);
            Eventually.until("the request is there", () -> server.requestCount() == 1);
            assertThat(server.openConnections()).isEqualTo(1);
        }
        Eventually.until("the server sees that the caller is gone", () -> server.openConnections() == 0);
    }

    @Test
    void goesOnUntilTheCallerGoes() throws Exception {
        server.reply(ScriptedReply.endless());
        try (Socket socket = connect()) {
            send(socket, GET);
            assertThat(read(socket, 1_000_000)).hasSize(1_000_000);
        }
        Eventually.until("the server sees that the caller is gone", () -> server.openConnections() == 0);
    }

    @Test
    void refusesWhileItIsStopped() throws Exception {
        int port = server.port();
        try (Socket before = connect()) {
            send(before, GET);
            assertThat(read(before, OK.length())).isEqualTo(OK);
            server.stop();
            server.stop();
            assertThat(readAll(before)).isEmpty();
        }
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        server.restart();
        server.restart();
        assertThat(server.port()).isEqualTo(port);
        try (Socket after = connect()) {
            send(after, GET);
            assertThat(read(after, OK.length())).isEqualTo(OK);
        }
    }

    @Test
    void canRefuseFromTheStart() {
        try (ScriptedServer refusing = ScriptedServer.refusing()) {
            assertThatThrownBy(() -> connectTo(refusing).close()).isInstanceOf(ConnectException.class);
        }
    }

    private Socket connect() throws IOException {
        return connectTo(server);
    }

    private static Socket connectTo(ScriptedServer server) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(server.instance().address());
            return socket;
        } catch (IOException refused) {
            socket.close();
            throw refused;
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String read(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    private static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
}
