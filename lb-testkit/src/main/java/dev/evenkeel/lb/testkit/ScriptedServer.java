package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A real HTTP/1.1 server on a port of the loopback address, with TLS or without, that does what a test tells it, and
 * remembers what it was asked. It keeps connections open as servers do.
 *
 * <pre>{@code
 * try (ScriptedServer server = ScriptedServer.start()) {
 *     server.reply(request -> request.target().equals("/slow") ? ScriptedReply.silence() : ScriptedReply.ok("hello"));
 *     LoadBalancer orders = LoadBalancer.builder("orders").instances(server.hostPort()).build();
 *     // ...
 *     assertThat(server.requests()).hasSize(1);
 * }
 * }</pre>
 *
 * <p>Safe for concurrent use. Closing it ends all connections and all its threads.
 */
public final class ScriptedServer implements AutoCloseable {

    private static final int BACKLOG = 256;

    private static final String IPV4 = "127.0.0.1";

    /** The start of the names of all threads of servers. */
    public static final String THREAD_NAME = "scripted-server";

    private final String address;
    private final int port;
    private final @Nullable SSLSocketFactory tls;
    private final Set<ServedConnection> connections = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<RecordedRequest> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requestCount = new AtomicInteger();
    private final AtomicInteger acceptedConnections = new AtomicInteger();
    private volatile Function<RecordedRequest, ScriptedReply> script = request -> ScriptedReply.ok("ok");
    private volatile boolean recording = true;

    /** What holds the port: the listening socket, or one that is bound only, so that connections are refused. */
    private @Nullable ServerSocket listening; // guarded by this

    private @Nullable Socket reserving; // guarded by this
    private @Nullable Thread acceptor; // guarded by this

    private ScriptedServer(String address, @Nullable SSLSocketFactory tls) {
        this.address = address;
        this.tls = tls;
        try {
            ServerSocket socket = listen(0);
            this.port = socket.getLocalPort();
            accept(socket);
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    /** Starts a server on a free port. It answers everything with 200 and {@code ok}. */
    public static ScriptedServer start() {
        return startAt(IPV4);
    }

    /** Starts a server at an address of this machine that may be another one than usual. */
    static ScriptedServer startAt(String address) {
        return new ScriptedServer(address, null);
    }

    /**
     * Starts a server that speaks TLS and is otherwise like {@link #start}.
     *
     * @param context has the key and certificate of the server, and whom it trusts: callers are asked who they are, and may
     *     say nothing
     */
    public static ScriptedServer startOverTls(SSLContext context) {
        return new ScriptedServer(IPV4, context.getSocketFactory());
    }

    /** A server that is {@linkplain #stop stopped}: it has a port, at which connections are refused. */
    public static ScriptedServer refusing() {
        ScriptedServer server = start();
        server.stop();
        return server;
    }

    /** Answers everything with this from now on. */
    public ScriptedServer reply(ScriptedReply reply) {
        requireNonNull(reply, "reply");
        return reply(request -> reply);
    }

    /** Answers with what this function says from now on. It is called by several threads at once. */
    public ScriptedServer reply(Function<RecordedRequest, ScriptedReply> script) {
        this.script = requireNonNull(script, "script");
        return this;
    }

    /** Counts requests from now on, but does not keep them: for tests that send very many. */
    public ScriptedServer countingOnly() {
        this.recording = false;
        return this;
    }

    /** The port, which stays the same when the server is stopped and restarted. */
    public int port() {
        return port;
    }

    /** Such as {@code 127.0.0.1:40123}: also the id of {@link #instance()}. */
    public String hostPort() {
        return instance().hostPort();
    }

    /** This server as an instance of a service. */
    public ServiceInstance instance() {
        return ServiceInstance.of(address, port);
    }

    /** The requests that have arrived whole, in their order. */
    public List<RecordedRequest> requests() {
        return List.copyOf(requests);
    }

    /** How many requests have arrived whole. */
    public int requestCount() {
        return requestCount.get();
    }

    /** How many connections have been accepted so far. */
    public int acceptedConnections() {
        return acceptedConnections.get();
    }

    /** How many connections are open, as far as the server has noticed. */
    public int openConnections() {
        return connections.size();
    }

    /** Ends all connections and refuses new ones. The port stays reserved. */
    public synchronized void stop() {
        endEverything();
        if (reserving == null) {
            try {
                Socket bound = new Socket();
                bound.setReuseAddress(true);
                bound.bind(new InetSocketAddress(address, port));
                reserving = bound;
            } catch (IOException taken) {
                throw new UncheckedIOException(taken);
            }
        }
    }

    /** Takes connections again, on the same port. Nothing happens if it does already. */
    public synchronized void restart() {
        if (listening != null) {
            return;
        }
        try {
            closeReservation();
            accept(listen(port));
        } catch (IOException taken) {
            throw new UncheckedIOException(taken);
        }
    }

    /** Ends all connections and all threads, and gives the port back. May be called more than once. */
    @Override
    public synchronized void close() {
        endEverything();
        closeReservation();
    }

    private void accept(ServerSocket socket) {
        listening = socket;
        Thread thread = new Thread(() -> acceptFrom(socket), THREAD_NAME + "-" + port);
        thread.setDaemon(true);
        acceptor = thread;
        thread.start();
    }

    private void acceptFrom(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                serve(socket, socket.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(ServerSocket socket, Socket accepted) {
        acceptedConnections.incrementAndGet();
        ServedConnection connection = new ServedConnection(
                accepted, tls, THREAD_NAME + "-" + port + "-connection", this::answer, connections::remove);
        connections.add(connection);
        connection.start();
        if (socket.isClosed()) { // stopped meanwhile, perhaps without having seen this one
            connection.end();
        }
    }

    private ScriptedReply answer(RecordedRequest request) {
        if (recording) {
            requests.add(request);
        }
        requestCount.incrementAndGet();
        return script.apply(request);
    }

    private void endEverything() {
        ServerSocket socket = listening;
        if (socket != null) {
            listening = null;
            try {
                socket.close();
            } catch (IOException ignored) {
                // it does not listen any more, which is all that is wanted
            }
        }
        if (acceptor != null) {
            join(acceptor);
            acceptor = null;
        }
        for (ServedConnection connection : connections) {
            connection.end();
        }
        for (ServedConnection connection : connections) {
            join(connection.thread());
        }
    }

    private void closeReservation() {
        Socket socket = reserving;
        if (socket != null) {
            reserving = null;
            try {
                socket.close();
            } catch (IOException ignored) {
                // never connected: there is nothing to lose
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(Eventually.PATIENCE.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(address, port), BACKLOG);
        return socket;
    }

    @Override
    public String toString() {
        return "scripted server at " + hostPort();
    }
}
