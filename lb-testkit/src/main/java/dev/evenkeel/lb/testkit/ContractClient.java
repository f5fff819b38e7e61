package dev.evenkeel.lb.testkit;

import java.io.IOException;

/**
 * An HTTP client that balances, as the suite drives it; each adapter has one in its tests. It should have a connect
 * timeout of some seconds, speak HTTP/1.1, and follow no redirects unless its options say so. Safe for concurrent use.
 */
public interface ContractClient extends AutoCloseable {

    /**
     * Calls and waits, in the client's blocking form and its most usual way of taking a body whole: for
     * {@code java.net.http} that is {@code send} with {@code BodyHandlers.ofByteArray()}.
     *
     * @return an answer whose body has been read
     */
    ContractAnswer send(ContractCall call) throws IOException, InterruptedException;

    /**
     * Calls and waits for the head, in the client's blocking form and its way of reading a body bit by bit.
     *
     * @return an answer whose body is read by the suite
     */
    ContractAnswer open(ContractCall call) throws IOException, InterruptedException;

    /**
     * Calls in the client's asynchronous form, with a body that is read by the suite.
     *
     * @return cancels the call; may be run at any time, also when it is over
     */
    Runnable sendAsync(ContractCall call, ContractCallback callback);

    /** Opens a WebSocket and waits until it is open; see {@link #openWebSocket(ContractCall, ContractWebSocketListener)}. */
    default ContractWebSocket openWebSocket(String url, ContractWebSocketListener listener)
            throws IOException, InterruptedException {
        return openWebSocket(ContractCall.get(url), listener);
    }

    /**
     * Opens a WebSocket and waits until it is open.
     *
     * @param handshake its URL and headers
     * @throws IOException if it does not come about, such as for the status of the answer
     */
    default ContractWebSocket openWebSocket(ContractCall handshake, ContractWebSocketListener listener)
            throws IOException, InterruptedException {
        throw new UnsupportedOperationException("no WebSockets");
    }

    /** Closes what the client holds: its connections and threads. Not the balancers. */
    @Override
    void close();
}
