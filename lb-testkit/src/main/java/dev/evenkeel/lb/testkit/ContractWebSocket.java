package dev.evenkeel.lb.testkit;

/** A WebSocket that is open, in the hands of the suite. */
public interface ContractWebSocket {

    /** Sends a text message. */
    void send(String text);

    /** Says goodbye, with the status for a normal closure. It is over when the other side has answered. */
    void close();

    /** Hangs up, without a word. */
    void abort();
}
