package dev.evenkeel.lb.okhttp;

import java.io.IOException;
import okhttp3.Response;
import okio.Buffer;
import okio.ForwardingSink;
import okio.ForwardingSource;
import okio.Sink;
import okio.Socket;
import okio.Source;

/**
 * What a WebSocket goes over. Who reads it stops at the goodbye of the server, so that whoever gets to its end has not been told
 * goodbye: the server has died, unless the caller was about to go himself. A server that is told goodbye may hang up before OkHttp
 * does, which then fails to close what is closed.
 */
final class WatchedSocket implements Socket {

    /** The first byte of a goodbye, and the most that it can have with it (RFC 6455, 5.5). It is written as a whole. */
    private static final int GOODBYE = 0x88;

    private static final int MAX_GOODBYE_BYTES = 2 + 4 + 125;

    private final Socket socket;
    private final Source source;
    private final Sink sink;

    private WatchedSocket(Socket socket, Evidence evidence) {
        this.socket = socket;
        this.source = new ForwardingSource(socket.getSource()) {
            @Override
            public long read(Buffer into, long byteCount) throws IOException {
                long read = super.read(into, byteCount);
                if (read == -1) {
                    evidence.connectionFails();
                }
                return read;
            }
        };
        this.sink = new ForwardingSink(socket.getSink()) {
            @Override
            public void write(Buffer from, long byteCount) throws IOException {
                if (isGoodbye(from, byteCount)) {
                    evidence.callerSaysGoodbye();
                }
                super.write(from, byteCount);
            }
        };
    }

    /** The response with its socket watched, if it opens a WebSocket. */
    static Response in(Response response, Evidence evidence) {
        Socket socket = response.socket();
        return socket != null && "websocket".equalsIgnoreCase(response.header("Upgrade"))
                ? response.newBuilder()
                        .socket(new WatchedSocket(socket, evidence))
                        .build()
                : response;
    }

    private static boolean isGoodbye(Buffer frame, long byteCount) {
        return byteCount > 0 && byteCount <= MAX_GOODBYE_BYTES && (frame.getByte(0) & 0xff) == GOODBYE;
    }

    @Override
    public Source getSource() {
        return source;
    }

    @Override
    public Sink getSink() {
        return sink;
    }

    @Override
    public void cancel() {
        socket.cancel();
    }
}
