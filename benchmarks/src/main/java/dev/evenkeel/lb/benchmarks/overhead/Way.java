package dev.evenkeel.lb.benchmarks.overhead;

/** One way to make the same call. Used by many threads at once. */
interface Way extends AutoCloseable {

    /** Calls, and reads the answer to its end. */
    void call() throws Exception;

    @Override
    void close();
}
