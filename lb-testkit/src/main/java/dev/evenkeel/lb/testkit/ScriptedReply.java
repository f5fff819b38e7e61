package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * What a {@link ScriptedServer} does about a request: answers, or fails in one of the ways in which servers fail. An
 * immutable value; the methods that start with {@code with} give a changed copy.
 *
 * <pre>{@code
 * server.reply(ScriptedReply.status(503).withHeader("Retry-After", "1"));
 * server.reply(ScriptedReply.cut());
 * }</pre>
 */
public final class ScriptedReply {

    /** What becomes of the answer. */
    enum Manner {
        /** Head and body, as promised. */
        WHOLE,
        /** Head and half of the promised body, then the connection is closed. */
        CUT,
        /** Head and a body that goes on for as long as somebody reads it. */
        ENDLESS,
        /** Nothing, for as long as the caller holds the connection. */
        SILENT,
        /** The connection is closed without an answer. */
        HANG_UP,
        /** The connection is reset without an answer. */
        RESET,
        /** Bytes that are no HTTP, and then the end. */
        GARBAGE,
        /** The connection becomes a WebSocket. */
        WEB_SOCKET
    }

    private static final byte[] NOTHING = {};

    private final Manner manner;
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;
    private final Optional<CountDownLatch> headGate;
    private final Optional<CountDownLatch> bodyGate;

    private ScriptedReply(
            Manner manner,
            int status,
            Map<String, String> headers,
            byte[] body,
            Optional<CountDownLatch> headGate,
            Optional<CountDownLatch> bodyGate) {
        this.manner = manner;
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.headGate = headGate;
        this.bodyGate = bodyGate;
    }

    private static ScriptedReply of(Manner manner, int status, byte[] body) {
        return new ScriptedReply(manner, status, Map.of(), body, Optional.empty(), Optional.empty());
    }

    /** 200 with this text. */
    public static ScriptedReply ok(String body) {
        return status(200).withBody(body);
    }

    /** This status, with an empty body. */
    public static ScriptedReply status(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 200..599)");
        }
        return of(Manner.WHOLE, status, NOTHING);
    }

    /** 200, but the connection is closed after half of the body that the head promises. */
    public static ScriptedReply cut() {
        return of(Manner.CUT, 200, "this is half of what was promised".getBytes(StandardCharsets.UTF_8));
    }

    /** 200 with a body that goes on for as long as somebody reads it. */
    public static ScriptedReply endless() {
        return of(Manner.ENDLESS, 200, "on and on and ".getBytes(StandardCharsets.UTF_8));
    }

    /** No answer, for as long as the caller holds the connection. */
    public static ScriptedReply silence() {
        return of(Manner.SILENT, 200, NOTHING);
    }

    /** The connection is closed in order, but without an answer. */
    public static ScriptedReply hangUp() {
        return of(Manner.HANG_UP, 200, NOTHING);
    }

    /** The connection is reset, without an answer. */
    public static ScriptedReply reset() {
        return of(Manner.RESET, 200, NOTHING);
    }

    /** An answer that is no HTTP. */
    public static ScriptedReply garbage() {
        return of(Manner.GARBAGE, 200, "\u0000\u0007 what? \r\n\r\n".getBytes(StandardCharsets.UTF_8));
    }

    /** The connection becomes a WebSocket that sends back whatever it is sent, and closes when the caller does. */
    public static ScriptedReply webSocket() {
        return of(Manner.WEB_SOCKET, 200, NOTHING);
    }

    /** The connection becomes a WebSocket that is silent, and closed by the server when the latch is open. */
    public static ScriptedReply webSocketUntil(CountDownLatch gate) {
        return webSocket().withRestAfter(gate);
    }

    /** This reply with a header more. */
    public ScriptedReply withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
        return new ScriptedReply(manner, status, more, body, headGate, bodyGate);
    }

    /** This reply with another body. */
    public ScriptedReply withBody(String text) {
        return new ScriptedReply(manner, status, headers, text.getBytes(StandardCharsets.UTF_8), headGate, bodyGate);
    }

    /** This reply, but nothing of it is sent before the latch is open. */
    public ScriptedReply withHeadAfter(CountDownLatch gate) {
        return new ScriptedReply(manner, status, headers, body, Optional.of(gate), bodyGate);
    }

    /** This reply, but only its head and the first half of its body are sent before the latch is open. */
    public ScriptedReply withRestAfter(CountDownLatch gate) {
        return new ScriptedReply(manner, status, headers, body, headGate, Optional.of(gate));
    }

    Manner manner() {
        return manner;
    }

    int statusCode() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    Optional<CountDownLatch> headGate() {
        return headGate;
    }

    Optional<CountDownLatch> bodyGate() {
        return bodyGate;
    }

    @Override
    public String toString() {
        return manner == Manner.WHOLE ? Integer.toString(status) : manner.toString();
    }
}
