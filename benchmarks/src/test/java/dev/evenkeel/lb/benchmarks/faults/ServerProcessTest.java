package dev.evenkeel.lb.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class ServerProcessTest {

    @Test
    void whatItSaysWhenItFailsIsNotLost() throws Exception {
        try (ServerProcess server = ServerProcess.start(1).get(0)) {
            int port =
                    Integer.parseInt(server.address().substring(server.address().indexOf(':') + 1));
            server.kill();
            try (ServerSocket inItsPlace = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(inItsPlace.isBound()).isTrue();
                assertThatThrownBy(server::startAgain)
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("BindException");
            }
            server.startAgain();
            server.behave(Manner.WELL);
        }
    }
}
