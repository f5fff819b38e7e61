package dev.evenkeel.lb;

import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.discovery.Subscription;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;

/** A source that does what the test says, when it says so. */
final class ScriptedSource implements InstanceSource {

    private final Queue<RuntimeException> failures = new ArrayDeque<>();
    private InstanceSink sink;
    int subscriptions;
    int open;

    /** The next subscription throws this. */
    void failNextSubscription(RuntimeException failure) {
        failures.add(failure);
    }

    void deliver(ServiceInstance... instances) {
        sink().update(List.of(instances));
    }

    InstanceSink sink() {
        return Objects.requireNonNull(sink);
    }

    @Override
    public Subscription subscribe(InstanceSink subscriber) {
        subscriptions++;
        RuntimeException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        sink = subscriber;
        open++;
        return () -> open--;
    }
}
