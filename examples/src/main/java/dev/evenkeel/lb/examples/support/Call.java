package dev.evenkeel.lb.examples.support;

import java.util.Optional;

/**
 * One call, as its caller saw it.
 *
 * @param key the sticky key, if it had one
 * @param servedBy the server that answered; empty if the call failed
 * @param failure what the call failed with; empty if it was answered
 * @param begun when it began, by the clock of the JVM
 * @param ended when it ended
 */
public record Call(
        Stage stage,
        String service,
        String client,
        Optional<String> key,
        Optional<String> servedBy,
        Optional<String> failure,
        long begun,
        long ended) {

    public boolean isFailed() {
        return failure.isPresent();
    }
}
