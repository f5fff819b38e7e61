package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import java.time.Duration;

/** Writes down whom one client takes out, and whom it takes back. */
final class PoolWatch implements LoadBalancerListener {

    private final int client;
    private final Timeline timeline;
    private final Recorder recorder;

    PoolWatch(int client, Timeline timeline, Recorder recorder) {
        this.client = client;
        this.timeline = timeline;
        this.recorder = recorder;
    }

    @Override
    public void ejected(String serviceName, ServiceInstance instance, Duration time, String reason) {
        recorder.changed(new Change(timeline.nanos(), client, Roster.place(instance), true));
    }

    @Override
    public void readmitted(String serviceName, ServiceInstance instance) {
        recorder.changed(new Change(timeline.nanos(), client, Roster.place(instance), false));
    }
}
