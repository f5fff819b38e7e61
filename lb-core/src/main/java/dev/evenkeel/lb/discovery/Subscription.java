package dev.evenkeel.lb.discovery;

/** A running delivery of instance lists. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /** Ends the delivery and frees what it holds. What still arrives is ignored. */
    @Override
    void close();
}
