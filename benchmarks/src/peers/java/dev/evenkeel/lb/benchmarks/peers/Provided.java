package dev.evenkeel.lb.benchmarks.peers;

import org.springframework.beans.factory.ObjectProvider;

/** One object, as a Spring context would provide it. */
record Provided<T>(T object) implements ObjectProvider<T> {

    @Override
    public T getObject() {
        return object;
    }
}
