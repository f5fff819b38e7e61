package dev.evenkeel.lb.testkit;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 server on a port of the loopback address, at the level of frames: it shows what a client does with connections and
 * streams, and does with each stream what the test says, at once or when the test likes. It reads no heads, which are
 * compressed, so that it makes no difference what a request asks for.
 *
 * <p>Over TLS it offers HTTP/2 and HTTP/1.1, and serves those only that take the former. In clear text it serves clients that
 * know it to speak HTTP/2, and such as ask for an upgrade.
 *
 * <p>Safe for concurrent use. Closing it ends all connections and all its threads.
 */
final class Http2Server implements AutoCloseable {

    /** What servers that people run allow. */
    static final int MANY_STREAMS = 100;

    private static final int BACKLOG = 256;

    private final @Nullable SSLSocketFactory tls;
    private final int maxStreams;
    private final ServerSocket listening;
    private final Thread acceptor;
    private final List<Http2Connection> connections = new CopyOnWriteArrayList<>();
    private final List<Http2Stream> streams = new CopyOnWriteArrayList<>();
    private volatile Consumer<Http2Stream> script = stream -> stream.answer("ok");

    /**
     * Starts a server that answers everything with {@code ok}.
     *
     * @param tls has the key and certificate of the server; null for clear text
     * @param maxStreams of one connection at the same time
     */
    Http2Server(@Nullable SSLContext tls, int maxStreams) {
        this.tls = tls == null ? null : tls.getSocketFactory();
        this.maxStreams = maxStreams;
        try {
            this.listening = new ServerSocket(0, BACKLOG, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
        this.acceptor = new Thread(this::accept, threadName());
        this.acceptor.setDaemon(true);
        this.acceptor.start();
    }

    /** Does this with every stream from now on whose request has arrived whole, on the thread of its connection. */
    Http2Server onRequest(Consumer<Http2Stream> script) {
        this.script = script;
        return this;
    }

    /** Leaves every stream from now on to the test. */
    Http2Server holding() {
        return onRequest(stream -> {});
    }

    /** Tells all connections that no further stream is wanted, as a server does that is about to be restarted. */
    void goAway() {
        connections.forEach(Http2Connection::goAway);
    }

    ServiceInstance instance() {
        return ServiceInstance.of("127.0.0.1", listening.getLocalPort());
    }

    /** All connections so far, in their order. */
    List<Http2Connection> connections() {
        return connections;
    }

    /** The streams whose requests have arrived whole so far, in their order. */
    List<Http2Stream> streams() {
        return streams;
    }

    /** Waits until so many requests have arrived, and returns the last one. */
    Http2Stream awaitStream(int number) {
        Eventually.until("request " + number + " is there", () -> streams, () -> streams.size() >= number);
        return streams.get(number - 1);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                Http2Connection connection =
                        new Http2Connection(socket, tls, maxStreams, threadName() + "-connection", this::arrived);
                connections.add(connection);
                connection.start();
            }
        } catch (IOException closed) {
            // as it should be
        }
    }

    private void arrived(Http2Stream stream) {
        streams.add(stream);
        script.accept(stream);
    }

    private String threadName() {
        return ScriptedServer.THREAD_NAME + "-" + listening.getLocalPort();
    }

    @Override
    public void close() {
        try {
            listening.close();
            acceptor.join(Eventually.PATIENCE.toMillis()); // so that no connection is missed
        } catch (IOException ignored) {
            // it does not listen any more, which is all that is wanted
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        connections.forEach(Http2Connection::end);
    }

    @Override
    public String toString() {
        return "HTTP/2 server at " + instance().hostPort();
    }
}
