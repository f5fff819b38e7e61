package dev.evenkeel.lb.socket;

import static dev.evenkeel.lb.socket.Services.outcomes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A socket in use, and what is learned from it. */
@Timeout(60)
class BalancedSocketTest {

    private final Services services = new Services();
    private final EchoServer server = services.server();
    private final LoadBalancer orders = services.orders(server);

    private Socket socket;
    private InputStream in;
    private OutputStream out;

    @BeforeEach
    void connect() throws IOException {
        socket = BalancedSocketFactory.to(orders).createSocket("orders", 1);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        socket.close();
        services.close();
    }

    /** What the JDK adds to its sockets would go past the socket below. */
    @Test
    void doesEverythingThatASocketDoes() {
        assertThat(Arrays.stream(Socket.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> !Modifier.isStatic(method.getModifiers())))
                .hasSizeGreaterThan(40)
                .allSatisfy(method -> assertThat(isOverridden(method)).isTrue());
    }

    private static boolean isOverridden(Method method) throws NoSuchMethodException {
        return BalancedSocket.class
                .getMethod(method.getName(), method.getParameterTypes())
                .getDeclaringClass()
                .equals(BalancedSocket.class);
    }

    @Test
    void carriesWhatIsSaidInBothDirections() throws Exception {
        out.write("hello, ".getBytes(UTF_8));
        out.write('y');
        out.write("your name".getBytes(UTF_8), 1, 2);
        out.flush();
        assertThat(in.readNBytes(10)).asString(UTF_8).isEqualTo("hello, you");
        out.write('!');
        assertThat(in.read()).isEqualTo('!');
        assertThat(in.available()).isZero();
        socket.shutdownOutput();
        assertThat(socket.isOutputShutdown()).isTrue();
        assertThat(socket.isInputShutdown()).isFalse();
        assertThat(in.readAllBytes()).isEmpty();
        assertThat(in.read()).isEqualTo(-1);
        assertThat(orders.snapshot().inFlight()).as("until it is closed").isEqualTo(1);
    }

    @Test
    void saysWhereItIsConnectedTo() throws Exception {
        InetSocketAddress instance = server.instance().address();
        assertThat(socket.isConnected()).isTrue();
        assertThat(socket.isBound()).isTrue();
        assertThat(socket.getInetAddress()).isEqualTo(instance.getAddress());
        assertThat(socket.getPort()).isEqualTo(instance.getPort());
        assertThat(socket.getRemoteSocketAddress()).isEqualTo(instance);
        assertThat(socket.getLocalSocketAddress())
                .isEqualTo(new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort()));
        assertThat(socket.getChannel()).isNull();
        assertThat(socket.toString()).startsWith("balanced Socket[addr=");
        socket.close();
        assertThat(socket.isClosed()).isTrue();
        assertThat(socket.isConnected()).as("as the JDK has it").isTrue();
        assertThat(BalancedSocketFactory.instance(socket)).contains(server.instance());
    }

    @Test
    void saysNothingOfASocketThatIsNotConnected() throws Exception {
        try (Socket unconnected = BalancedSocketFactory.to(orders).createSocket()) {
            assertThat(unconnected.isConnected()).isFalse();
            assertThat(unconnected.isBound()).isFalse();
            assertThat(unconnected.getInetAddress()).isNull();
            assertThat(unconnected.getRemoteSocketAddress()).isNull();
            assertThatThrownBy(unconnected::getInputStream).isInstanceOf(SocketException.class);
            assertThatThrownBy(unconnected::getOutputStream).isInstanceOf(SocketException.class);
            assertThat(BalancedSocketFactory.instance(unconnected)).isEmpty();
        }
        assertThat(BalancedSocketFactory.instance(new Socket())).isEmpty();
        assertThat(orders.snapshot().instances().get(0).picks()).isEqualTo(1);
    }

    @Test
    void closingIsASuccessOnce() throws Exception {
        socket.close();
        socket.close();
        assertThat(orders.snapshot().inFlight()).isZero();
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(1);
        assertThatThrownBy(() -> in.read()).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> out.write(1)).isInstanceOf(SocketException.class);
        assertThatThrownBy(socket::getInputStream).isInstanceOf(SocketException.class);
        assertThat(outcomes(orders, Kind.FAILED)).isZero();
    }

    @Test
    void closingAStreamClosesTheSocket() throws Exception {
        in.close();
        assertThat(socket.isClosed()).isTrue();
        assertThat(orders.snapshot().inFlight()).isZero();
        Socket other = BalancedSocketFactory.to(orders).createSocket("orders", 1);
        other.getOutputStream().close();
        assertThat(other.isClosed()).isTrue();
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(2);
    }

    @Test
    void aResetIsAFailureOnce() throws Exception {
        server.reset(1);
        assertThatThrownBy(() -> in.read()).isInstanceOf(SocketException.class);
        assertThat(orders.snapshot().inFlight()).as("it is not open any more").isZero();
        assertThatThrownBy(() -> in.read(new byte[10])).isInstanceOf(SocketException.class);
        assertThatThrownBy(this::writeUntilItFails).isInstanceOf(SocketException.class);
        socket.close();
        assertThat(outcomes(orders, Kind.FAILED)).isEqualTo(1);
        assertThat(outcomes(orders, Kind.SUCCESS)).isZero();
    }

    @Test
    void aResetWhileWritingIsAFailure() throws Exception {
        server.reset(1);
        assertThatThrownBy(this::writeUntilItFails).isInstanceOf(SocketException.class);
        assertThat(outcomes(orders, Kind.FAILED)).isEqualTo(1);
    }

    @Test
    void anEndInOrderIsNoFailureNorIsWhatFollowsIt() throws Exception {
        server.hangUp(1);
        assertThat(in.read()).isEqualTo(-1);
        assertThatThrownBy(this::writeUntilItFails).isInstanceOf(SocketException.class);
        assertThat(orders.snapshot().inFlight()).as("until it is closed").isEqualTo(1);
        socket.close();
        assertThat(outcomes(orders, Kind.FAILED)).isZero();
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(1);
    }

    private void writeUntilItFails() throws IOException {
        for (int i = 0; i < 100_000; i++) { // the kernel needs some time to hear of it
            out.write(new byte[1000]);
        }
    }

    @Test
    void aReadThatTakesTooLongSaysNothing() throws Exception {
        socket.setSoTimeout(1);
        assertThatThrownBy(() -> in.read()).isInstanceOf(SocketTimeoutException.class);
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        socket.setSoTimeout(0);
        out.write('x');
        assertThat(in.read()).isEqualTo('x');
        socket.close();
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void whatTheCallerHasEndedIsNoFailure() throws Exception {
        socket.shutdownOutput();
        assertThatThrownBy(() -> out.write(1)).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> socket.sendUrgentData(1)).isInstanceOf(IOException.class);
        socket.shutdownInput();
        assertThat(in.read()).isEqualTo(-1);
        assertThatThrownBy(socket::getInputStream).isInstanceOf(SocketException.class);
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        assertThat(outcomes(orders, Kind.FAILED)).isZero();
    }

    @Test
    void closingEndsAReadAndIsASuccess() throws Exception {
        FutureTask<Throwable> reading = new FutureTask<>(() -> catchThrowable(() -> in.read()));
        Thread thread = new Thread(reading, "reading");
        thread.start();
        Eventually.until("the server has the connection", () -> server.openConnections() == 1);
        socket.close();
        assertThat(reading.get(20, TimeUnit.SECONDS)).isInstanceOf(SocketException.class);
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(1);
        assertThat(outcomes(orders, Kind.FAILED)).isZero();
    }
}
