package dev.evenkeel.lb.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The server's end of a WebSocket, as far as tests need it: whole frames, without extensions. See RFC 6455. */
final class ServedWebSocket {

    private static final String ACCEPTANCE = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int LAST = 0x80;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final byte[] GOING_AWAY = {1001 >> 8, (byte) 1001};

    private final DataInputStream in;
    private final OutputStream out;
    private boolean closing;

    ServedWebSocket(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /** Answers the handshake. */
    void upgrade(RecordedRequest handshake) throws IOException {
        String key = handshake
                .header("Sec-WebSocket-Key")
                .orElseThrow(() -> new IOException(handshake + ": (expected: the handshake of a WebSocket)"));
        out.write(("HTTP/1.1 101 scripted\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                        + acceptanceOf(key) + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static String acceptanceOf(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder()
                    .encodeToString(sha1.digest((key + ACCEPTANCE).getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException impossible) { // every JDK has it
            throw new IllegalStateException(impossible);
        }
    }

    /** Says goodbye first. */
    void close() throws IOException {
        closing = true;
        write(LAST | CLOSE, GOING_AWAY);
    }

    /** Sends back what comes, up to the caller's goodbye, which is answered like the rest unless it is an answer itself. */
    void echo() throws IOException {
        while (true) {
            int head = in.readUnsignedByte();
            byte[] payload = readPayload();
            int kind = head & 0xf;
            if (kind == CLOSE && closing) {
                return;
            }
            write(kind == PING ? LAST | PONG : head, payload);
            if (kind == CLOSE) {
                return;
            }
        }
    }

    private byte[] readPayload() throws IOException {
        int length = in.readUnsignedByte() & 0x7f; // without the bit that says that there is a mask: callers have to
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            throw new IOException("frame: >= 64 KiB (expected: less)");
        }
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % mask.length];
        }
        return payload;
    }

    private void write(int head, byte[] payload) throws IOException {
        out.write(head);
        if (payload.length < 126) {
            out.write(payload.length);
        } else {
            out.write(126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        }
        out.write(payload);
        out.flush();
    }
}
