package dev.evenkeel.lb.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A stream of an {@link Http2Server}: a request, and what becomes of it. Read by the thread of its connection; answered, and
 * looked at, by any.
 */
final class Http2Stream {

    private final Http2Connection connection;
    private final int id;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(); // synchronized itself
    private volatile boolean over;
    private volatile @Nullable Http2Error givenUpWith;

    Http2Stream(Http2Connection connection, int id) {
        this.connection = connection;
        this.id = id;
    }

    Http2Connection connection() {
        return connection;
    }

    int id() {
        return id;
    }

    /** What has arrived of the body. */
    String body() {
        return body.toString(StandardCharsets.UTF_8);
    }

    void received(byte[] bytes) {
        body.writeBytes(bytes);
    }

    /** The client does not want it any more. */
    void giveUp(Http2Error why) {
        givenUpWith = why;
        over = true;
    }

    /** Waits until the client has reset the stream because it has lost interest. */
    void awaitCancelled() {
        Eventually.until("it is cancelled", this::toString, () -> givenUpWith == Http2Error.CANCEL);
    }

    /** Whether nothing more will happen to it. */
    boolean isOver() {
        return over;
    }

    /** Answers 200 with this text. */
    void answer(String text) {
        over = true; // before the client can know
        send(() -> {
            connection.sendHead(id);
            connection.sendBody(id, text, true);
        });
    }

    /** Answers 200 with a body that begins like this, and does not go on. */
    void begin(String text) {
        send(() -> {
            connection.sendHead(id);
            connection.sendBody(id, text, false);
        });
    }

    /** Resets it. */
    void reset(Http2Error why) {
        over = true;
        send(() -> connection.sendReset(id, why));
    }

    private interface Sending {
        void run() throws IOException;
    }

    private static void send(Sending sending) {
        try {
            sending.run();
        } catch (IOException lost) {
            throw new UncheckedIOException(lost);
        }
    }

    @Override
    public String toString() {
        return "stream " + id + (over ? ", over" : "") + (givenUpWith == null ? "" : ", reset with " + givenUpWith);
    }
}
