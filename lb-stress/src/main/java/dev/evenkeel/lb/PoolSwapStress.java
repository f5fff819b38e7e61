package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Picks while the list is replaced. */
public final class PoolSwapStress {

    private static final ServiceInstance OLD = ServiceInstance.of("10.0.0.1:80");
    private static final ServiceInstance NEW = ServiceInstance.of("10.0.0.2:80");

    private PoolSwapStress() {}

    /** Two picks, 1 for the old instance and 2 for the new one, 0 if refused; and the calls in flight. */
    @JCStressTest
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "both from the old list")
    @Outcome(id = "1, 2, 2", expect = ACCEPTABLE, desc = "the list changed in between")
    @Outcome(id = "2, 2, 2", expect = ACCEPTABLE, desc = "both from the new list")
    @State
    public static class APickIsNeverRefused {

        private @Nullable InstanceSink sink;
        private final LoadBalancer balancer = LoadBalancer.builder("orders")
                .source(subscriber -> {
                    sink = subscriber;
                    return () -> {};
                })
                .ticker(() -> 1)
                .scheduler((task, delay) -> () -> {})
                .executor(Runnable::run)
                .random(new Random(1))
                .build();

        public APickIsNeverRefused() {
            deliver(OLD);
        }

        @Actor
        public void picks(III_Result result) {
            result.r1 = pick();
            result.r2 = pick();
        }

        @Actor
        public void replaces() {
            deliver(NEW);
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r3 = balancer.snapshot().inFlight();
        }

        private int pick() {
            try {
                return balancer.acquire().instance().equals(OLD) ? 1 : 2;
            } catch (LoadBalancerException refused) {
                return 0;
            }
        }

        private void deliver(ServiceInstance instance) {
            requireNonNull(sink).update(List.of(instance));
        }
    }
}
