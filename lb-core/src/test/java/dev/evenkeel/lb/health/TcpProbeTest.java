package dev.evenkeel.lb.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TcpProbeTest {

    @Test
    void isWellWhereAConnectionCanBeMade() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(probe(server.getLocalPort(), Duration.ofSeconds(5)).isWell())
                    .isTrue();
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInputStream().read()).isEqualTo(-1); // hung up without a word
            }
        }
    }

    @Test
    void isSickWhereAConnectionIsRefused() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        ProbeResult result = probe(port, Duration.ofSeconds(5));
        assertThat(result.isWell()).isFalse();
        assertThat(result.reason()).startsWith("ConnectException: Connection refused");
    }

    /** Nobody accepts and the queue is full: a black hole that needs no special network. */
    @Test
    void isSickWhereNobodyAnswers() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Socket[] queued = new Socket[8];
            try {
                for (int i = 0; i < queued.length; i++) {
                    queued[i] = new Socket();
                    try {
                        queued[i].connect(server.getLocalSocketAddress(), 50);
                    } catch (IOException full) {
                        break;
                    }
                }
                ProbeResult result = probe(server.getLocalPort(), Duration.ofMillis(50));
                assertThat(result.isWell()).isFalse();
                assertThat(result.reason()).startsWith("SocketTimeoutException");
            } finally {
                for (Socket socket : queued) {
                    if (socket != null) {
                        socket.close();
                    }
                }
            }
        }
    }

    @Test
    void isSickWhereTheNameIsUnknown() throws Exception {
        ProbeResult result = HealthProbe.tcp()
                .check(ServiceInstance.of("no-such-host.invalid:80"), context(Duration.ofSeconds(1)))
                .toCompletableFuture()
                .get();
        assertThat(result.isWell()).isFalse();
        assertThat(result.reason()).startsWith("UnknownHostException");
    }

    private static ProbeResult probe(int port, Duration timeout) throws Exception {
        ServiceInstance instance =
                ServiceInstance.of(InetAddress.getLoopbackAddress().getHostAddress(), port);
        return HealthProbe.tcp()
                .check(instance, context(timeout))
                .toCompletableFuture()
                .get();
    }

    private static ProbeContext context(Duration timeout) {
        return new ProbeContext() {
            @Override
            public String serviceName() {
                return "orders";
            }

            @Override
            public Duration timeout() {
                return timeout;
            }
        };
    }
}
