package dev.evenkeel.lb.testkit;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes down what it hears, one line for each event: {@code joined 10.0.0.1:80}, {@code 10.0.0.1:80 HEALTHY ->
 * UNHEALTHY}. An event that breaks the contract (an end without its begin, two at once, anything after the close) is
 * written down as a line that begins with {@code BROKEN}. Safe for concurrent use.
 */
public final class RecordingListener implements LoadBalancerListener {

    private final List<String> lines = new ArrayList<>();
    private final Set<ServiceInstance> present = new HashSet<>();
    private final Set<String> ejected = new HashSet<>();
    private boolean closed;

    /** A listener that has heard nothing yet. */
    public RecordingListener() {}

    /** What has been heard so far, in order. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** What has been heard since the last call of this method. */
    public synchronized List<String> takeLines() {
        List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }

    @Override
    public synchronized void joined(String serviceName, ServiceInstance instance) {
        write("joined " + instance.id(), present.add(instance));
    }

    @Override
    public synchronized void changed(String serviceName, ServiceInstance before, ServiceInstance after) {
        write("changed " + after.id(), present.remove(before) && present.add(after));
    }

    @Override
    public synchronized void draining(String serviceName, ServiceInstance instance) {
        write("draining " + instance.id(), present.contains(instance));
    }

    @Override
    public synchronized void returned(String serviceName, ServiceInstance instance) {
        write("returned " + instance.id(), present.contains(instance));
    }

    @Override
    public synchronized void left(String serviceName, ServiceInstance instance) {
        write("left " + instance.id(), present.remove(instance));
    }

    @Override
    public synchronized void healthChanged(
            String serviceName, ServiceInstance instance, HealthStatus before, HealthStatus after, String reason) {
        write(instance.id() + " " + before + " -> " + after, present.contains(instance) && before != after);
    }

    @Override
    public synchronized void ejected(String serviceName, ServiceInstance instance, Duration time, String reason) {
        ejected.add(instance.id());
        write("ejected " + instance.id(), present.contains(instance) && !time.isNegative());
    }

    @Override
    public synchronized void readmitted(String serviceName, ServiceInstance instance) {
        write("readmitted " + instance.id(), present.contains(instance) && ejected.remove(instance.id()));
    }

    @Override
    public synchronized void failOpenChanged(String serviceName, boolean failOpen) {
        write(failOpen ? "fail-open" : "fail-open is over", true);
    }

    @Override
    public synchronized void closed(String serviceName) {
        write("closed", !closed);
        closed = true;
    }

    private void write(String line, boolean asAgreed) {
        lines.add((asAgreed && (!closed || line.equals("closed")) ? "" : "BROKEN ") + line);
    }
}
