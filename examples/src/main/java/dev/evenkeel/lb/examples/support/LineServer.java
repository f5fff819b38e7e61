package dev.evenkeel.lb.examples.support;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Answers one line with the same line and its name, on a loopback port, one caller at a time. */
public final class LineServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String name;
    private final ServerSocket listener;
    private final Thread thread;

    private LineServer(String name, ServerSocket listener) {
        this.name = name;
        this.listener = listener;
        this.thread = new Thread(this::serve, name);
        thread.setDaemon(true);
    }

    public static LineServer start(String name) throws IOException {
        LineServer server = new LineServer(name, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        server.thread.start();
        return server;
    }

    /** The server as a balancer sees it. Its id is its name. */
    public ServiceInstance instance() {
        return ServiceInstance.builder(listener.getInetAddress().getHostAddress(), listener.getLocalPort())
                .id(name)
                .build();
    }

    /** Stops listening: from now on connections are refused. */
    public void stop() throws IOException {
        listener.close();
        try { // a thread that is just accepting may accept one caller more
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        stop();
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (Socket caller = listener.accept()) {
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(caller.getInputStream(), StandardCharsets.UTF_8));
                caller.getOutputStream()
                        .write((name + " says " + lines.readLine() + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException closedOrHungUp) {
                // the caller is gone, or the server: nobody to tell
            }
        }
    }
}
