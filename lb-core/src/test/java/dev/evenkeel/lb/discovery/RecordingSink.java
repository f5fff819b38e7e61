package dev.evenkeel.lb.discovery;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.VirtualClock;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** A subscriber to "orders" in virtual time that writes down what it hears. */
class RecordingSink implements InstanceSink {

    final List<String> heard = new CopyOnWriteArrayList<>();
    private final VirtualClock clock;
    private final Executor executor;
    private final Random random = new Random(1);

    RecordingSink(VirtualClock clock) {
        this(clock, Runnable::run);
    }

    RecordingSink(VirtualClock clock, Executor executor) {
        this.clock = clock;
        this.executor = executor;
    }

    /** What has been heard since this was last asked. */
    List<String> takeHeard() {
        List<String> taken = List.copyOf(heard);
        heard.clear();
        return taken;
    }

    @Override
    public String serviceName() {
        return "orders";
    }

    @Override
    public void update(List<ServiceInstance> instances) {
        heard.add(instances.toString());
    }

    @Override
    public void left(String instanceId) {
        heard.add("left " + instanceId);
    }

    @Override
    public void failed(Throwable cause) {
        heard.add("failed " + cause);
    }

    @Override
    public Ticker ticker() {
        return clock;
    }

    @Override
    public Scheduler scheduler() {
        return clock;
    }

    @Override
    public Executor executor() {
        return executor;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }
}
