package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Stands between a client and a server on the loopback address, passes on what they say, and remembers it. It sees what
 * anybody on the way could see.
 *
 * <pre>{@code
 * try (RecordingRelay relay = RecordingRelay.to(server.port())) {
 *     LoadBalancer orders = LoadBalancer.builder("orders").instances(relay.hostPort()).build();
 *     // ...
 *     assertThat(relay.carried("secret")).isFalse();
 * }
 * }</pre>
 *
 * <p>Safe for concurrent use. Closing it ends all connections and all its threads.
 */
public final class RecordingRelay implements AutoCloseable {

    /** The start of the names of all threads of relays. */
    public static final String THREAD_NAME = "recording-relay";

    private static final int BACKLOG = 256;
    private static final int CHUNK_BYTES = 8 * 1024;

    private final ServerSocket listening;
    private final int target;
    private final Thread acceptor;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Thread> pumps = ConcurrentHashMap.newKeySet();

    /** What has gone over each connection, for each direction. */
    private final ConcurrentLinkedQueue<ByteArrayOutputStream> records = new ConcurrentLinkedQueue<>();

    private RecordingRelay(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, BACKLOG, loopback());
        this.acceptor = thread(this::accept);
        acceptor.start();
    }

    /** Starts a relay, at a free port, to this port. */
    public static RecordingRelay to(int port) {
        try {
            return new RecordingRelay(port);
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    /** The port to connect to. */
    public int port() {
        return listening.getLocalPort();
    }

    /** Such as {@code 127.0.0.1:40123}: also the id of {@link #instance()}. */
    public String hostPort() {
        return instance().hostPort();
    }

    /** What is behind the relay as an instance of a service. */
    public ServiceInstance instance() {
        return ServiceInstance.of("127.0.0.1", port());
    }

    /** Whether this text, as UTF-8, has passed on any connection, in either direction. */
    public boolean carried(String text) {
        requireNonNull(text, "text");
        String wanted = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return records.stream()
                .anyMatch(record -> record.toString(StandardCharsets.ISO_8859_1).contains(wanted));
    }

    /** How many bytes have passed, in both directions. */
    public long carriedBytes() {
        return records.stream().mapToLong(ByteArrayOutputStream::size).sum();
    }

    /** Ends all connections and all threads. May be called more than once. */
    @Override
    public void close() {
        hangUp(listening::close);
        join(acceptor);
        open.forEach(socket -> hangUp(socket::close));
        pumps.forEach(RecordingRelay::join);
    }

    private void accept() {
        while (true) {
            try {
                relay(listening.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void relay(Socket client) {
        open.add(client);
        Socket server = new Socket();
        open.add(server);
        try {
            server.connect(new InetSocketAddress(loopback(), target));
        } catch (IOException refused) {
            end(client, server);
            return;
        }
        pump(client, server);
        pump(server, client);
    }

    private void pump(Socket from, Socket to) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        records.add(record);
        Thread pump = thread(() -> pass(from, to, record));
        pumps.add(pump);
        pump.start();
    }

    private void pass(Socket from, Socket to, ByteArrayOutputStream record) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                record.write(chunk, 0, read);
                out.write(chunk, 0, read);
            }
            to.shutdownOutput(); // the other direction may go on
        } catch (IOException cut) {
            end(from, to);
        } finally {
            pumps.remove(Thread.currentThread());
        }
    }

    private void end(Socket one, Socket other) {
        hangUp(one::close);
        hangUp(other::close);
        open.remove(one);
        open.remove(other);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, THREAD_NAME);
        thread.setDaemon(true);
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join(Eventually.PATIENCE.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Closing {
        void close() throws IOException;
    }

    private static void hangUp(Closing connection) {
        try {
            connection.close();
        } catch (IOException ignored) {
            // closed is closed
        }
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    @Override
    public String toString() {
        return "relay at " + hostPort() + " to port " + target;
    }
}
