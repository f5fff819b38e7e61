package dev.evenkeel.lb.examples.support;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Some users who call one service through one client, again and again. Safe for concurrent use. */
public final class Users {

    private final String service;
    private final String client;
    private final List<String> keys;
    private final Caller caller;
    private final AtomicInteger turns = new AtomicInteger();

    /**
     * Users who do not call yet.
     *
     * @param keys the sticky keys that they use in turn; empty for none
     * @param caller how they call
     */
    public Users(String service, String client, List<String> keys, Caller caller) {
        this.service = service;
        this.client = client;
        this.keys = List.copyOf(keys);
        this.caller = caller;
    }

    /** Makes one call through one client. */
    @FunctionalInterface
    public interface Caller {

        /** Returns the name of the server that answered. */
        String call(String service, Optional<String> key) throws Exception;
    }

    /** Makes the next call, and says how it went. */
    Call call(Stage stage) {
        int turn = turns.getAndIncrement();
        Optional<String> key = keys.isEmpty() ? Optional.empty() : Optional.of(keys.get(turn % keys.size()));
        long begun = System.nanoTime();
        Optional<String> servedBy = Optional.empty();
        Optional<String> failure = Optional.empty();
        try {
            servedBy = Optional.of(caller.call(service, key));
        } catch (Exception failed) {
            failure = Optional.of(failed.toString());
        }
        return new Call(stage, service, client, key, servedBy, failure, begun, System.nanoTime());
    }
}
