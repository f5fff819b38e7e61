package dev.evenkeel.lb.socket;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.SocketFactory;

/** Sockets whose attempts to connect go as a test says, in the order in which they are made. */
class ScriptedSockets extends SocketFactory {

    final List<Dialled> dialled = new CopyOnWriteArrayList<>();

    private final Reply[] script;
    private final CountDownLatch hanging = new CountDownLatch(1);

    /** What an attempt leads to. */
    @FunctionalInterface
    interface Reply {
        void connect(ScriptedSocket socket, SocketAddress address, int timeoutMillis) throws IOException;
    }

    record Dialled(SocketAddress address, int timeoutMillis, Socket socket) {}

    static final Reply REFUSED = (socket, address, timeoutMillis) -> {
        throw new ConnectException("Connection refused");
    };
    static final Reply REAL = ScriptedSocket::reallyConnect;
    static final Reply HANGING = (socket, address, timeoutMillis) -> socket.hang();

    /** The last reply is for all further attempts, too. */
    ScriptedSockets(Reply... script) {
        this.script = script;
    }

    /** Waits until an attempt hangs. */
    void awaitHanging() throws InterruptedException {
        hanging.await();
    }

    List<Integer> timeouts() {
        return dialled.stream().map(Dialled::timeoutMillis).toList();
    }

    @Override
    public Socket createSocket() {
        return new ScriptedSocket();
    }

    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the latch guards itself
    final class ScriptedSocket extends Socket {

        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public void connect(SocketAddress address, int timeoutMillis) throws IOException {
            int number = dialled.size();
            dialled.add(new Dialled(address, timeoutMillis, this));
            script[Math.min(number, script.length - 1)].connect(this, address, timeoutMillis);
        }

        void reallyConnect(SocketAddress address, int timeoutMillis) throws IOException {
            super.connect(address, timeoutMillis);
        }

        /** As where nobody answers. */
        void hang() throws SocketException {
            hanging.countDown();
            try {
                closed.await();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
            throw new SocketException("Socket closed");
        }

        @Override
        public void close() throws IOException {
            super.close();
            closed.countDown();
        }
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw new UnsupportedOperationException();
    }
}
