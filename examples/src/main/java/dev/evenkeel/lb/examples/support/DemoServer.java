package dev.evenkeel.lb.examples.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.time.Scheduler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server on a loopback port, which can be killed and revived. It answers {@code /health} at once and everything
 * else after a while, with its name. Used by one thread.
 */
public final class DemoServer implements AutoCloseable {

    private final String name;
    private final Duration timeToAnswer;
    private final ScheduledExecutorService answers = Executors.newScheduledThreadPool(2);
    private final Scheduler later = Scheduler.of(answers);
    private final InetSocketAddress address;
    private HttpServer server;

    /** Keeps the port while the server is down, so that no other program gets it. Nobody listens: calls are refused. */
    private @Nullable Socket placeholder;

    private DemoServer(String name, Duration timeToAnswer) throws IOException {
        this.name = name;
        this.timeToAnswer = timeToAnswer;
        this.server = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        this.address = server.getAddress();
    }

    public static DemoServer start(String name, Duration timeToAnswer) throws IOException {
        return new DemoServer(name, timeToAnswer);
    }

    /** The server as a balancer sees it. Its id is its name. */
    public ServiceInstance instance() {
        return ServiceInstance.builder(address.getAddress().getHostAddress(), address.getPort())
                .id(name)
                .build();
    }

    /** Cuts all connections; from now on, new ones are refused. */
    public void kill() throws IOException {
        server.stop(0);
        Socket keeper = new Socket();
        keeper.setReuseAddress(true);
        keeper.bind(address);
        placeholder = keeper;
    }

    /** Listens again, at the same port. */
    public void revive() throws IOException {
        server = listen(address);
        letGoOfPort();
    }

    @Override
    public void close() throws IOException {
        server.stop(0);
        answers.shutdownNow();
        letGoOfPort();
    }

    private HttpServer listen(InetSocketAddress where) throws IOException {
        HttpServer listening = HttpServer.create(where, 0);
        listening.createContext("/health", this::answer);
        listening.createContext("/", this::answerLater);
        listening.start();
        return listening;
    }

    private void answerLater(HttpExchange exchange) {
        try {
            later.schedule(() -> answer(exchange), timeToAnswer);
        } catch (RejectedExecutionException closed) {
            exchange.close();
        }
    }

    private void answer(HttpExchange exchange) {
        byte[] body = name.getBytes(StandardCharsets.UTF_8);
        try (exchange;
                OutputStream out = exchange.getResponseBody()) {
            exchange.sendResponseHeaders(200, body.length);
            out.write(body);
        } catch (IOException hungUp) {
            // the caller is gone, or the server has been killed: there is nobody left to tell
        }
    }

    private void letGoOfPort() throws IOException {
        if (placeholder != null) {
            placeholder.close();
            placeholder = null;
        }
    }
}
