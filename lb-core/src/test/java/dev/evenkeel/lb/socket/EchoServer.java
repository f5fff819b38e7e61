package dev.evenkeel.lb.socket;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Says again what it is told, on a port of the loopback address, until a caller has said all. */
final class EchoServer implements AutoCloseable {

    static final String THREAD_NAME = "echo-server";

    private static final int BACKLOG = 256;

    private final ServerSocket listening;
    private final ServiceInstance instance;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private EchoServer(ServerSocket listening) {
        this.listening = listening;
        this.instance = ServiceInstance.of("127.0.0.1", listening.getLocalPort());
    }

    static EchoServer start() {
        try {
            InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            EchoServer server = new EchoServer(new ServerSocket(0, BACKLOG, loopback));
            thread(server::accept);
            return server;
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    ServiceInstance instance() {
        return instance;
    }

    /** Connections that it has accepted and that neither side has closed. */
    int openConnections() {
        return open.size();
    }

    /** Ends all connections in order, once there are so many. */
    void hangUp(int count) throws IOException {
        awaitOpen(count);
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** Ends all connections as a process that dies does, once there are so many. */
    void reset(int count) throws IOException {
        awaitOpen(count);
        resetAll();
    }

    /** Does so with those that it has accepted so far. */
    void resetAll() throws IOException {
        for (Socket socket : open) {
            try (socket) {
                socket.setSoLinger(true, 0);
            } catch (SocketException gone) {
                // its caller was faster
            }
        }
    }

    private void awaitOpen(int count) {
        Eventually.until(count + " connections", open::size, () -> open.size() == count);
    }

    /** Connections are refused from now on; those that are open go on. */
    void stop() throws IOException {
        listening.close();
    }

    @Override
    public void close() throws IOException {
        stop();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket caller = listening.accept();
                open.add(caller);
                thread(() -> echo(caller));
            }
        } catch (IOException closed) {
            // nobody calls any more
        }
    }

    private void echo(Socket caller) {
        try (caller) {
            caller.getInputStream().transferTo(caller.getOutputStream());
        } catch (IOException cut) {
            // the caller is gone
        } finally {
            open.remove(caller);
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, THREAD_NAME);
        thread.setDaemon(true);
        thread.start();
    }
}
