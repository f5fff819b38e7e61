package dev.evenkeel.lb.benchmarks.overhead;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Answers every GET with a hundred bytes, at next to no cost, over connections that are kept. In a process of its own, so
 * that the processor time of the other one is that of the clients.
 */
final class HelloServer implements AutoCloseable {

    private static final int BACKLOG = 256;
    private static final byte[] ANSWER = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
                    + "x".repeat(100))
            .getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket listening;

    private HelloServer(ServerSocket listening) {
        this.listening = listening;
    }

    /** Serves until standard input ends, which it does with the process that has started this one. */
    public static void main(String[] arguments) throws IOException {
        try (HelloServer server = start()) {
            System.out.println(server.port());
            while (System.in.read() >= 0) {
                // until the end
            }
        }
    }

    static HelloServer start() throws IOException {
        HelloServer server = new HelloServer(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
        daemon(server::accept);
        return server;
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                daemon(() -> serve(socket));
            }
        } catch (IOException closed) {
            // as it should
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (skipHead(in)) {
                out.write(ANSWER);
            }
        } catch (IOException ended) {
            // by the client
        }
    }

    /** Returns whether there was one. */
    private static boolean skipHead(InputStream in) throws IOException {
        int last = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            last = (last << 8) | next;
            if (last == 0x0d0a0d0a) { // an empty line
                return true;
            }
        }
        return false;
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "hello-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
