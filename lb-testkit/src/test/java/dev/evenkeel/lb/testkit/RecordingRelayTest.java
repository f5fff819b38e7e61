package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordingRelayTest {

    @Test
    void passesOnAndRemembersWhatBothSay() throws Exception {
        try (ScriptedServer server = ScriptedServer.start().reply(ScriptedReply.ok("the answer"));
                RecordingRelay relay = RecordingRelay.to(server.port())) {
            assertThat(relay.carried("the")).isFalse();
            assertThat(ask(relay, "/question/\u20ac")).endsWith("the answer");
            assertThat(server.requestCount()).isEqualTo(1);
            assertThat(relay.carried("/question/\u20ac")).isTrue();
            assertThat(relay.carried("the answer")).isTrue();
            assertThat(relay.carried("another")).isFalse();
            assertThat(relay.carriedBytes()).isGreaterThan(40);
        }
        Eventually.noThreadsNamed(RecordingRelay.THREAD_NAME);
    }

    @Test
    void hangsUpWhereNobodyListens() throws Exception {
        try (ScriptedServer nobody = ScriptedServer.refusing();
                RecordingRelay relay = RecordingRelay.to(nobody.port());
                Socket socket = new Socket(relay.instance().address().getAddress(), relay.port())) {
            assertThat(endOf(socket)).isEqualTo(-1);
        }
        Eventually.noThreadsNamed(RecordingRelay.THREAD_NAME);
    }

    @Test
    void endsWhatIsOpenWhenItIsClosed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start().reply(ScriptedReply.silence())) {
            Socket socket;
            try (RecordingRelay relay = RecordingRelay.to(server.port())) {
                socket = new Socket(relay.instance().address().getAddress(), relay.port());
                socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                Eventually.until("it is asked", () -> server.requestCount() == 1);
            }
            try (socket) {
                assertThat(endOf(socket)).isEqualTo(-1);
            }
            Eventually.until("both ends are closed", () -> server.openConnections() == 0);
        }
        Eventually.noThreadsNamed(RecordingRelay.THREAD_NAME);
    }

    private static String ask(RecordingRelay relay, String target) throws IOException {
        try (Socket socket = new Socket(relay.instance().address().getAddress(), relay.port())) {
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A reset is an end, too. */
    private static int endOf(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException reset) {
            return -1;
        }
    }
}
