package dev.evenkeel.lb.benchmarks.faults;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that takes 5 ms for a call, and does what it is told by the lines of its standard input: each is a
 * {@link Manner}. Runs in a process of its own, so that it can be killed and frozen, until that input ends.
 */
final class FaultyServer {

    static final int ANSWER_LENGTH = 100;

    private static final int SERVICE_MILLIS = 5;
    private static final int DRIP_MILLIS = 500;
    private static final int BACKLOG = 256;

    /** Below those that systems give to connections: one of these might have it when the server comes back. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 12_000;

    /** What is longer than the backlog of a listener of one. */
    private static final int MORE_THAN_FIT = 4;

    private static final byte[] ANSWER = answer("200 OK", ANSWER_LENGTH, ANSWER_LENGTH);
    private static final byte[] CUT_ANSWER = answer("200 OK", 1000, 3);
    private static final byte[] HEAD = answer("200 OK", ANSWER_LENGTH, 0);
    private static final byte[] LEAVING_ANSWER = answer("503 Service Unavailable", 0, 0);
    private static final byte[] BABBLE = "SSH-2.0-Server\r\n".getBytes(StandardCharsets.US_ASCII);

    private final int port;
    private final List<Socket> blockers = new ArrayList<>();
    private ServerSocket listening;
    private Thread acceptor;
    private volatile Manner manner = Manner.WELL;

    private FaultyServer(int port) throws IOException {
        this.listening = port == 0 ? listenSomewhere() : listen(port, BACKLOG);
        this.port = listening.getLocalPort();
        this.acceptor = accept(listening);
    }

    /** Serves at the port that is given, 0 for any, and prints it when calls may come. */
    public static void main(String[] arguments) throws IOException {
        FaultyServer server = new FaultyServer(Integer.parseInt(arguments[0]));
        System.out.println(server.port);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            server.behave(Manner.valueOf(line));
        }
    }

    private static byte[] answer(String status, int promised, int sent) {
        String text = "HTTP/1.1 " + status + "\r\nContent-Length: " + promised + "\r\n\r\n" + "x".repeat(sent);
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static ServerSocket listenSomewhere() throws IOException {
        Random random = new Random();
        for (int tries = 0; tries < 100; tries++) {
            try {
                return listen(FIRST_PORT + random.nextInt(PORTS), BACKLOG);
            } catch (BindException taken) {
                // another one, then
            }
        }
        throw new BindException("no port is free");
    }

    private static ServerSocket listen(int port, int backlog) throws IOException {
        return new ServerSocket(port, backlog, InetAddress.getLoopbackAddress());
    }

    private void behave(Manner next) throws IOException {
        boolean wasUnreachable = manner == Manner.UNREACHABLE;
        manner = next;
        if (next == Manner.UNREACHABLE) {
            listening.close();
            Uninterruptibles.joinUninterruptibly(acceptor); // who waits in accept keeps the port until then
            listening = listen(port, 1);
            block();
        } else if (wasUnreachable) {
            listening.close();
            for (Socket blocker : blockers) {
                blocker.close();
            }
            blockers.clear();
            listening = listen(port, BACKLOG);
            acceptor = accept(listening);
        }
    }

    /** Fills the backlog, so that further connections are neither made nor refused. */
    private void block() throws IOException {
        for (int i = 0; i < MORE_THAN_FIT; i++) {
            Socket blocker = new Socket();
            blockers.add(blocker);
            try {
                blocker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
            } catch (IOException full) {
                return;
            }
        }
    }

    private Thread accept(ServerSocket from) {
        return daemon(() -> {
            try {
                while (true) {
                    Socket socket = from.accept();
                    daemon(() -> serve(socket));
                }
            } catch (IOException closed) {
                // by a change of manner, or with the process
            }
        });
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (String request = head(in); request != null; request = head(in)) {
                boolean check = request.contains(" /health ");
                Manner now = manner;
                if (check && !now.concernsHealthCheck()) {
                    out.write(ANSWER);
                } else if (check && now == Manner.LEAVING) {
                    out.write(LEAVING_ANSWER);
                } else if (!answer(now, socket, in, out)) {
                    return;
                }
            }
        } catch (IOException ended) {
            // by the client
        } catch (InterruptedException impossible) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether the connection can be used again. */
    private static boolean answer(Manner manner, Socket socket, InputStream in, OutputStream out)
            throws IOException, InterruptedException {
        switch (manner) {
            case WELL, LEAVING -> {
                Thread.sleep(SERVICE_MILLIS);
                out.write(ANSWER);
                return true;
            }
            case RESETTING -> socket.setSoLinger(true, 0);
            case BABBLING -> out.write(BABBLE);
            case CUTTING -> out.write(CUT_ANSWER);
            case DRIPPING -> {
                out.write(HEAD);
                for (int i = 0; i < ANSWER_LENGTH; i++) {
                    Thread.sleep(DRIP_MILLIS);
                    out.write('x');
                }
            }
            case HANGING, UNREACHABLE -> in.transferTo(OutputStream.nullOutputStream()); // until the client gives up
        }
        return false;
    }

    /** The first line of a request without a body; null at the end. */
    private static @Nullable String head(InputStream in) throws IOException {
        StringBuilder first = new StringBuilder();
        boolean isFirst = true;
        int last = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            last = (last << 8) | next;
            if (last == 0x0d0a0d0a) { // an empty line
                return first.toString();
            }
            isFirst = isFirst && next != '\r';
            if (isFirst) {
                first.append((char) next);
            }
        }
        return null;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "faulty-server");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
