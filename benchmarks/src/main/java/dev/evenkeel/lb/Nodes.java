package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.time.Ticker;
import java.util.List;

/** The candidates of a balancer without the balancer, to measure a selection alone. */
public final class Nodes {

    static final Node.Events NO_EVENTS = new Node.Events() {
        @Override
        public void drained(Node node) {}

        @Override
        public void freed() {}
    };

    private Nodes() {}

    /** What the strategy makes of n candidates of equal weight. */
    public static Selector selector(LoadBalancingStrategy strategy, int n) {
        return selector(strategy, of(Instances.of(n)));
    }

    static Selector selector(LoadBalancingStrategy strategy, Node[] nodes) {
        return strategy.newSelector(new PoolCandidates(
                nodes, Ticker.system(), SharedRandom.INSTANCE, Runnable::run, null, new InFlightTotal()));
    }

    /** Nodes without a limit, on a clock that stands still. */
    static Node[] of(List<ServiceInstance> instances) {
        return instances.stream()
                .map(instance -> new Node(instance, () -> 0L, InFlightLimit.NONE, true, NO_EVENTS))
                .toArray(Node[]::new);
    }
}
