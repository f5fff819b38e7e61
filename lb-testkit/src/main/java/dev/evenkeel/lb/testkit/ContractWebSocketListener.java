package dev.evenkeel.lb.testkit;

/** What a WebSocket tells, on any thread. */
public interface ContractWebSocketListener {

    /** A text message has come. */
    void received(String text);

    /** It has been closed by both sides, or has failed. */
    void over();
}
