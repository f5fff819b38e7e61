package dev.evenkeel.lb.testkit;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an {@link Http2Server}, with a thread of its own that reads frames (RFC 9113, 4 and 6). Whoever answers
 * writes. What it sends is far less than clients have room for, so that it minds no windows.
 */
final class Http2Connection {

    private static final int PREFACE_BYTES = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length();

    private static final byte DATA = 0;
    private static final byte HEADERS = 1;
    private static final byte RST_STREAM = 3;
    private static final byte SETTINGS = 4;
    private static final byte PING = 6;
    private static final byte GOAWAY = 7;

    private static final byte NO_FLAGS = 0;
    private static final byte ACK = 1;
    private static final byte END_STREAM = 1;
    private static final byte END_HEADERS = 4;

    private static final short MAX_CONCURRENT_STREAMS = 3;

    /** {@code :status: 200}, which has a number (RFC 7541, appendix A). */
    private static final byte[] STATUS_200 = {(byte) 0x88};

    private final Socket socket;
    private final @Nullable SSLSocketFactory tls;
    private final int maxStreams;
    private final Consumer<Http2Stream> onRequest;
    private final Thread thread;

    private final Map<Integer, Http2Stream> streams = new ConcurrentHashMap<>();
    private volatile Optional<String> serverName = Optional.empty();
    private volatile boolean over;
    private volatile int highest;

    /** Streams beyond this one are not looked at. */
    private volatile int lastWanted = Integer.MAX_VALUE;

    private final Object writing = new Object();
    private @Nullable DataOutputStream out; // guarded by writing

    Http2Connection(
            Socket socket,
            @Nullable SSLSocketFactory tls,
            int maxStreams,
            String threadName,
            Consumer<Http2Stream> onRequest) {
        this.socket = socket;
        this.tls = tls;
        this.maxStreams = maxStreams;
        this.onRequest = onRequest;
        this.thread = new Thread(this::serve, threadName);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Ends it from outside, whatever it is doing. */
    void end() {
        try {
            socket.close();
            thread.join(Eventually.PATIENCE.toMillis());
        } catch (IOException ignored) {
            // closed is closed
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The name that the client asked for in the TLS handshake, if it did. */
    Optional<String> serverName() {
        return serverName;
    }

    /** Takes no further stream: first a warning, then the last one that is still looked at, as real servers do. */
    void goAway() {
        goAway(Integer.MAX_VALUE);
        goAway(highest);
    }

    /** Says that no stream is looked at beyond this one. */
    void goAway(int last) {
        lastWanted = last;
        try {
            send(GOAWAY, NO_FLAGS, 0, ints(last, Http2Error.NO_ERROR.code()));
        } catch (IOException gone) {
            // the client has left before
        }
    }

    private void serve() {
        try (socket) {
            socket.setTcpNoDelay(true);
            if (tls == null) {
                serve(socket);
                return;
            }
            try (SSLSocket secure = (SSLSocket) tls.createSocket(socket, null, socket.getPort(), true)) {
                secure.setUseClientMode(false);
                SSLParameters parameters = secure.getSSLParameters();
                parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
                secure.setSSLParameters(parameters);
                secure.startHandshake();
                serverName = nameIn(secure.getSession());
                if (secure.getApplicationProtocol().equals("h2")) {
                    serve(secure);
                }
            }
        } catch (IOException ended) {
            // by the caller, or by the test: both may do that
        } finally {
            over = true;
        }
    }

    private static Optional<String> nameIn(SSLSession session) {
        return ((ExtendedSSLSession) session)
                .getRequestedServerNames().stream()
                        .findFirst()
                        .map(name -> new String(name.getEncoded(), StandardCharsets.UTF_8));
    }

    private void serve(Socket wire) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(wire.getInputStream());
        DataInputStream in = new DataInputStream(buffered);
        DataOutputStream frames = new DataOutputStream(new BufferedOutputStream(wire.getOutputStream()));
        RecordedRequest upgraded = upgraded(buffered, frames);
        synchronized (writing) {
            out = frames;
        }
        send(
                SETTINGS,
                NO_FLAGS,
                0,
                ByteBuffer.allocate(6)
                        .putShort(MAX_CONCURRENT_STREAMS)
                        .putInt(maxStreams)
                        .array());
        if (upgraded != null) {
            Http2Stream first = stream(1);
            first.received(upgraded.body().getBytes(StandardCharsets.UTF_8));
            onRequest.accept(first);
        }
        in.readFully(new byte[PREFACE_BYTES]);
        while (true) { // until one side closes it: then a read fails
            readFrame(in);
        }
    }

    /** The request with which a client asks for HTTP/2 by means of HTTP/1.1 (RFC 7540, 3.2); null if it needs none. */
    private static @Nullable RecordedRequest upgraded(BufferedInputStream in, OutputStream out) throws IOException {
        in.mark(3);
        boolean knows = new String(in.readNBytes(3), StandardCharsets.US_ASCII).equals("PRI");
        in.reset();
        if (knows) {
            return null;
        }
        RecordedRequest request = RequestReader.read(in, out, null);
        if (request == null || request.header("Upgrade").isEmpty()) {
            throw new IOException("request: " + request + " (expected: HTTP/2, or an upgrade to it)");
        }
        out.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        return request;
    }

    private void readFrame(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        byte type = in.readByte();
        byte flags = in.readByte();
        int id = in.readInt();
        byte[] payload = new byte[length];
        in.readFully(payload);
        switch (type) {
            case HEADERS -> begins(id);
            case DATA -> received(id, payload);
            case RST_STREAM ->
                givenUp(id, Http2Error.of(ByteBuffer.wrap(payload).getInt()));
            case SETTINGS, PING -> acknowledge(type, flags, payload);
            default -> {} // of no interest here
        }
        if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
            Http2Stream whole = streams.get(id);
            if (whole != null && !whole.isOver()) {
                onRequest.accept(whole);
            }
        }
    }

    private void begins(int id) throws IOException {
        if (id > lastWanted) {
            return;
        }
        boolean hasRoom =
                streams.values().stream().filter(stream -> !stream.isOver()).count() < maxStreams;
        if (hasRoom) {
            stream(id);
        } else {
            sendReset(id, Http2Error.REFUSED_STREAM);
        }
    }

    private Http2Stream stream(int id) {
        highest = id;
        return streams.computeIfAbsent(id, key -> new Http2Stream(this, key));
    }

    private void received(int id, byte[] bytes) {
        Http2Stream stream = streams.get(id);
        if (stream != null) {
            stream.received(bytes);
        }
    }

    private void givenUp(int id, Http2Error why) {
        Http2Stream stream = streams.get(id);
        if (stream != null) {
            stream.giveUp(why);
        }
    }

    private void acknowledge(byte type, byte flags, byte[] payload) throws IOException {
        if ((flags & ACK) == 0) {
            send(type, ACK, 0, type == PING ? payload : new byte[0]);
        }
    }

    void sendHead(int id) throws IOException {
        send(HEADERS, END_HEADERS, id, STATUS_200);
    }

    void sendBody(int id, String text, boolean whole) throws IOException {
        send(DATA, whole ? END_STREAM : NO_FLAGS, id, text.getBytes(StandardCharsets.UTF_8));
    }

    void sendReset(int id, Http2Error why) throws IOException {
        send(RST_STREAM, NO_FLAGS, id, ints(why.code()));
    }

    private void send(byte type, byte flags, int id, byte[] payload) throws IOException {
        synchronized (writing) {
            DataOutputStream frames = out;
            if (frames == null) {
                throw new IOException("connection: not there yet");
            }
            frames.writeByte(payload.length >> 16);
            frames.writeShort(payload.length);
            frames.writeByte(type);
            frames.writeByte(flags);
            frames.writeInt(id);
            frames.write(payload);
            frames.flush();
        }
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    @Override
    public String toString() {
        return streams.values() + (over ? ", closed" : "");
    }
}
