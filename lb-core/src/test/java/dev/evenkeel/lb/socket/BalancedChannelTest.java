package dev.evenkeel.lb.socket;

import static dev.evenkeel.lb.socket.Services.outcomes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.request.Outcome.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BalancedChannelTest {

    private final Services services = new Services();

    @AfterEach
    void nothingIsLeft() throws IOException {
        services.close();
    }

    @Test
    void worksWithASelector() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders = services.orders(List.of(services.refusing(), server.instance()));
        try (BalancedChannel connection = BalancedSocketFactory.to(orders).openChannel();
                Selector selector = Selector.open()) {
            assertThat(connection.instance()).isEqualTo(server.instance());
            assertThat(connection.channel().getRemoteAddress())
                    .isEqualTo(server.instance().address());
            assertThat(connection.channel().isBlocking()).isTrue();
            assertThat(connection).hasToString("channel to " + server.instance());
            connection.channel().write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
            connection.channel().configureBlocking(false);
            connection.channel().register(selector, SelectionKey.OP_READ);
            ByteBuffer heard = ByteBuffer.allocate(5);
            while (heard.hasRemaining()) {
                selector.select();
                connection.channel().read(heard);
            }
            assertThat(heard.array()).asString(UTF_8).isEqualTo("hello");
            assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        }
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(1);
        assertThat(outcomes(orders, Kind.NEVER_REACHED)).isEqualTo(1);
    }

    @Test
    void aFailureThatIsToldCountsOnce() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders = services.orders(server);
        BalancedChannel connection = BalancedSocketFactory.to(orders).openChannel();
        server.reset(1);
        assertThatThrownBy(() -> connection.channel().read(ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .satisfies(failure -> connection.failed((IOException) failure));
        connection.failed(new IOException("again"));
        connection.close();
        connection.close();
        assertThat(connection.channel().isOpen()).isFalse();
        assertThat(outcomes(orders, Kind.FAILED)).isEqualTo(1);
        assertThat(outcomes(orders, Kind.SUCCESS)).isZero();
    }

    @Test
    void whatTheCallerHasClosedHasNotFailed() throws Exception {
        LoadBalancer orders = services.orders(services.server());
        BalancedChannel connection = BalancedSocketFactory.to(orders).openChannel();
        connection.channel().close();
        assertThatThrownBy(() -> connection.channel().read(ByteBuffer.allocate(1)))
                .isInstanceOf(ClosedChannelException.class)
                .satisfies(failure -> connection.failed((IOException) failure));
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        connection.close();
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void tellsWhatItHasTriedInVain() throws Exception {
        LoadBalancer orders = services.orders(List.of(services.refusing(), services.refusing()));
        assertThatThrownBy(() -> BalancedSocketFactory.to(orders).openChannel())
                .isInstanceOf(ConnectException.class)
                .satisfies(failure -> assertThat(AttemptHistory.of(failure)).hasSize(2));
    }

    /** Before there is an instance the wait ends; while it connects, the channel is closed. */
    @Test
    void anInterruptIsNotHeldAgainstAnybody() {
        LoadBalancer orders = services.orders(services.server(), services.server());
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> BalancedSocketFactory.to(orders).openChannel())
                    .isInstanceOf(IOException.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(orders.snapshot().instances())
                .allSatisfy(instance -> assertThat(instance.failures()).isZero());
    }
}
