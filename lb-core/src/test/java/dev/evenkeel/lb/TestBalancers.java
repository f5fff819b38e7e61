package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.util.Random;

/** Balancers in virtual time: nothing happens unless the test makes it, and all of it on the test's thread. */
final class TestBalancers {

    static final ServiceInstance ONE = ServiceInstance.of("10.0.0.1:80");
    static final ServiceInstance TWO = ServiceInstance.of("10.0.0.2:80");
    static final ServiceInstance THREE = ServiceInstance.of("10.0.0.3:80");

    private TestBalancers() {}

    static LoadBalancerBuilder builder(VirtualClock clock) {
        return LoadBalancer.builder("orders")
                .ticker(clock)
                .wallClock(clock)
                .scheduler(clock)
                .executor(Runnable::run)
                .random(new Random(42));
    }
}
