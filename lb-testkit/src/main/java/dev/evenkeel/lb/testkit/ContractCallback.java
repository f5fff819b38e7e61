package dev.evenkeel.lb.testkit;

/** What an asynchronous call tells when it is over. */
public interface ContractCallback {

    /** The head has arrived; the body is there to be read, on this thread or another. */
    void answered(ContractAnswer answer);

    /** There is no answer. */
    void failed(Throwable failure);
}
