package dev.evenkeel.lb.testkit;

import dev.evenkeel.lb.testkit.ScriptedReply.Manner;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** One connection to a {@link ScriptedServer}, with a thread of its own: reads requests, does what the script says. */
final class ServedConnection {

    private static final int CHUNK_BYTES = 8 * 1024;

    private final Socket socket;
    private final @Nullable SSLSocketFactory tls;
    private final Function<RecordedRequest, ScriptedReply> script;
    private final Consumer<ServedConnection> onEnd;
    private final Thread thread;

    ServedConnection(
            Socket socket,
            @Nullable SSLSocketFactory tls,
            String threadName,
            Function<RecordedRequest, ScriptedReply> script,
            Consumer<ServedConnection> onEnd) {
        this.socket = socket;
        this.tls = tls;
        this.script = script;
        this.onEnd = onEnd;
        this.thread = new Thread(this::serve, threadName);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Thread thread() {
        return thread;
    }

    /** Ends it from outside, whatever it is doing. */
    void end() {
        try {
            socket.close();
        } catch (IOException ignored) {
            // closed is closed
        }
        thread.interrupt(); // it may be waiting at a gate
    }

    private void serve() {
        try (socket) {
            socket.setTcpNoDelay(true);
            if (tls == null) {
                serve(socket, null);
            } else {
                try (SSLSocket secure = (SSLSocket) tls.createSocket(socket, null, socket.getPort(), true)) {
                    secure.setUseClientMode(false);
                    secure.setWantClientAuth(true);
                    secure.startHandshake();
                    serve(secure, secure.getSession());
                }
            }
        } catch (IOException | InterruptedException ended) {
            // by the caller, or by the test: both may do that
        } finally {
            onEnd.accept(this);
        }
    }

    private void serve(Socket clearText, @Nullable SSLSession session) throws IOException, InterruptedException {
        InputStream in = new BufferedInputStream(clearText.getInputStream());
        OutputStream out = new BufferedOutputStream(clearText.getOutputStream());
        boolean goesOn = true;
        while (goesOn) {
            RecordedRequest request = RequestReader.read(in, out, session);
            goesOn = request != null && answer(request, script.apply(request), in, out);
        }
    }

    /** Returns whether the connection can take another request. */
    private boolean answer(RecordedRequest request, ScriptedReply reply, InputStream in, OutputStream out)
            throws IOException, InterruptedException {
        pass(reply.headGate().orElse(null));
        switch (reply.manner()) {
            case WHOLE -> {
                writeHead(reply, out);
                if (hasBody(request, reply)) {
                    writeInHalves(reply, out);
                }
                out.flush();
                return true;
            }
            case CUT -> {
                writeHead(reply, out);
                out.write(reply.body(), 0, reply.body().length / 2);
                out.flush();
                pass(reply.bodyGate().orElse(null));
            }
            case ENDLESS -> {
                socket.setSendBufferSize(CHUNK_BYTES); // no need to be far ahead of who reads
                writeHead(reply, out);
                writeForEver(reply, out);
            }
            case SILENT -> drain(in);
            case WEB_SOCKET -> {
                ServedWebSocket webSocket = new ServedWebSocket(in, out);
                webSocket.upgrade(request);
                if (reply.bodyGate().isPresent()) {
                    pass(reply.bodyGate().get());
                    webSocket.close();
                }
                webSocket.echo();
            }
            case GARBAGE -> {
                out.write(reply.body());
                out.flush();
            }
            case RESET -> socket.setSoLinger(true, 0);
            case HANG_UP -> {}
        }
        return false;
    }

    private static void writeHead(ScriptedReply reply, OutputStream out) throws IOException {
        StringBuilder head =
                new StringBuilder("HTTP/1.1 ").append(reply.statusCode()).append(" scripted\r\n");
        if (reply.manner() == Manner.ENDLESS) {
            head.append("Transfer-Encoding: chunked\r\n");
        } else if (reply.statusCode() != 204 && reply.statusCode() != 304) {
            head.append("Content-Length: ").append(reply.body().length).append("\r\n");
        }
        reply.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static boolean hasBody(RecordedRequest request, ScriptedReply reply) {
        return !request.method().equals("HEAD") && reply.statusCode() != 204 && reply.statusCode() != 304;
    }

    private static void writeInHalves(ScriptedReply reply, OutputStream out) throws IOException, InterruptedException {
        byte[] body = reply.body();
        int half = body.length / 2;
        out.write(body, 0, half);
        if (reply.bodyGate().isPresent()) {
            out.flush();
            pass(reply.bodyGate().get());
        }
        out.write(body, half, body.length - half);
    }

    private static void writeForEver(ScriptedReply reply, OutputStream out) throws IOException {
        byte[] chunk = chunk(reply.body());
        while (true) { // until the caller hangs up, or the test: then a write fails
            out.write(chunk);
            out.flush();
        }
    }

    /** The text again and again, as one chunk of a size at which the server is busy with waiting. */
    private static byte[] chunk(byte[] text) {
        int size = CHUNK_BYTES / text.length * text.length;
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.writeBytes((Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        for (int written = 0; written < size; written += text.length) {
            chunk.writeBytes(text);
        }
        chunk.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        return chunk.toByteArray();
    }

    private static void drain(InputStream in) throws IOException {
        while (in.read() >= 0) {
            // what comes after a request that is not answered is of no interest; its end is
        }
    }

    private static void pass(@Nullable CountDownLatch gate) throws InterruptedException {
        if (gate != null) {
            gate.await();
        }
    }
}
