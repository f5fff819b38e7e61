package dev.evenkeel.lb.discovery;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.Collection;

/** A list that never changes. */
final class StaticSource implements InstanceSource {

    private final ImmutableList<ServiceInstance> instances;

    StaticSource(Collection<ServiceInstance> instances) {
        this.instances = ImmutableList.copyOf(requireNonNull(instances, "instances"));
    }

    @Override
    public Subscription subscribe(InstanceSink sink) {
        sink.update(instances);
        return () -> {};
    }

    @Override
    public String toString() {
        return "static list of " + instances.size();
    }
}
