package dev.evenkeel.lb.time;

/** A task that was scheduled and can be called off. */
@FunctionalInterface
public interface Cancellable {

    /** Keeps the task from running if it has not started; otherwise does nothing. May be called more than once. */
    void cancel();
}
