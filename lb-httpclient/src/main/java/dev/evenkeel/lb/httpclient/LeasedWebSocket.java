package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.HttpOutcomes;
import dev.evenkeel.lb.call.OwnFaults;
import dev.evenkeel.lb.request.Outcome;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Ends the lease of one WebSocket, when that is closed or aborted, or has failed. It stands between the client and both the
 * caller and the caller's listener, who know each other's WebSocket as the same object.
 */
final class LeasedWebSocket implements WebSocket, WebSocket.Listener, AutoCloseable {

    /** RFC 6455, 7.4.1: what a connection ends with that nobody has closed. */
    private static final int LOST = 1006;

    private static final int FIRST_OF_THE_SERVER = 1011;
    private static final int LAST_OF_THE_SERVER = 1014;

    private final Attempt attempt;
    private final Listener listener;

    /** Written by the client before it speaks to a listener, and before the caller has this. */
    private volatile @Nullable WebSocket socket;

    LeasedWebSocket(Attempt attempt, Listener listener) {
        this.attempt = attempt;
        this.listener = listener;
    }

    /** The handshake is done, by this one. */
    void opened(WebSocket opened) {
        socket = opened;
    }

    /**
     * There is none.
     *
     * @param leg of the handshake
     * @return what the caller is to see
     */
    Throwable failed(Leg leg, Throwable failure) {
        Throwable explained = OwnFaults.explained(failure, leg.serviceName(), attempt);
        if (explained instanceof WebSocketHandshakeException refused) {
            attempt.end(outcome(refused.getResponse()));
            return logical(leg, refused);
        }
        attempt.end(ExchangeFailures.outcome(explained));
        return explained;
    }

    /** The same, with an answer that shows the addresses of the caller. */
    private WebSocketHandshakeException logical(Leg leg, WebSocketHandshakeException refused) {
        HttpResponse<?> answer = refused.getResponse();
        if (answer == null) {
            return refused;
        }
        WebSocketHandshakeException logical = new WebSocketHandshakeException(
                new LogicalResponse<>(answer, answer.headers(), leg.request(), attempt.instance(), null));
        logical.initCause(refused.getCause());
        for (Throwable note : refused.getSuppressed()) {
            logical.addSuppressed(note);
        }
        return logical;
    }

    private static Outcome outcome(@Nullable HttpResponse<?> response) {
        if (response == null) {
            return Outcome.failed();
        }
        return HttpOutcomes.ofStatus(response.statusCode(), response.headers().firstValue("Retry-After"));
    }

    @Override
    public void onOpen(WebSocket opened) {
        opened(opened);
        if (!attempt.accept(Outcome.success())) {
            opened.abort(); // nobody waits for it
            return;
        }
        attempt.keepOpen();
        attempt.answered();
        listener.onOpen(this);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket same, CharSequence data, boolean last) {
        return listener.onText(this, data, last);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket same, ByteBuffer data, boolean last) {
        return listener.onBinary(this, data, last);
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket same, ByteBuffer message) {
        return listener.onPing(this, message);
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket same, ByteBuffer message) {
        return listener.onPong(this, message);
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket same, int statusCode, String reason) {
        attempt.end(outcome(statusCode));
        return listener.onClose(this, statusCode, reason);
    }

    private static Outcome outcome(int closeCode) {
        boolean byTheServer = closeCode >= FIRST_OF_THE_SERVER && closeCode <= LAST_OF_THE_SERVER;
        return closeCode == LOST || byTheServer ? Outcome.failed() : Outcome.success();
    }

    /** What is no failure of the connection is one of the listener, and no fault of the instance. */
    @Override
    public void onError(WebSocket same, Throwable error) {
        attempt.end(error instanceof IOException ? ExchangeFailures.outcome(error) : Outcome.success());
        listener.onError(this, error);
    }

    @Override
    public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
        return same(socket().sendText(data, last));
    }

    @Override
    public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
        return same(socket().sendBinary(data, last));
    }

    @Override
    public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
        return same(socket().sendPing(message));
    }

    @Override
    public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
        return same(socket().sendPong(message));
    }

    /** It is over when the other side has closed, too. */
    @Override
    public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
        return same(socket().sendClose(statusCode, reason));
    }

    /** Not by {@code thenApply}, which puts something around a failure. */
    @SuppressWarnings("FutureReturnValueIgnored") // what is done then does not throw
    private CompletableFuture<WebSocket> same(CompletableFuture<WebSocket> sent) {
        CompletableFuture<WebSocket> same = new CompletableFuture<>();
        sent.whenComplete((any, failure) -> {
            if (failure == null) {
                same.complete(this);
            } else {
                same.completeExceptionally(failure);
            }
        });
        return same;
    }

    @Override
    public void request(long n) {
        socket().request(n);
    }

    @Override
    public String getSubprotocol() {
        return socket().getSubprotocol();
    }

    @Override
    public boolean isOutputClosed() {
        return socket().isOutputClosed();
    }

    @Override
    public boolean isInputClosed() {
        return socket().isInputClosed();
    }

    /** The listener is not told. */
    @Override
    public void abort() {
        attempt.end(Outcome.success());
        socket().abort();
    }

    /** Nobody wants it after all. */
    @Override
    public void close() {
        abort();
    }

    private WebSocket socket() {
        return requireNonNull(socket);
    }

    @Override
    public String toString() {
        return socket + " to " + attempt.instance();
    }
}
