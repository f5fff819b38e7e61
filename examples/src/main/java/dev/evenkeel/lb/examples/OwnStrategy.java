package dev.evenkeel.lb.examples;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.Candidates;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A strategy of one's own: a lambda where that is enough, a class where there is something to prepare and to remember. */
public final class OwnStrategy {

    private OwnStrategy() {}

    /** Always the first one. A lambda will do: the outer function gets the list, the inner one answers for each call. */
    static LoadBalancingStrategy first() {
        return candidates -> request -> candidates.get(0);
    }

    /** The instances in this zone in turn; those elsewhere only when none of these can take the call. */
    static LoadBalancingStrategy zoneFirst(String zone) {
        return candidates -> new ZoneFirst(zone, candidates);
    }

    /**
     * Made anew on every change of the list, so the sorting is done once and not for every call. What shall survive a
     * change, here the position, is taken over from the previous selector; a strategy object keeps no state itself.
     */
    private static final class ZoneFirst implements Selector {

        private final List<Candidate> here = new ArrayList<>();
        private final List<Candidate> elsewhere = new ArrayList<>();
        private final AtomicInteger position;

        ZoneFirst(String zone, Candidates candidates) {
            for (int i = 0; i < candidates.size(); i++) {
                Candidate candidate = candidates.get(i);
                boolean isHere =
                        candidate.instance().zone().filter(zone::equals).isPresent();
                (isHere ? here : elsewhere).add(candidate);
            }
            position = candidates
                    .previousSelector()
                    .map(previous -> previous instanceof ZoneFirst before ? before.position : null)
                    .orElseGet(AtomicInteger::new);
        }

        @Override
        public Candidate select(PickRequest request) {
            int turn = position.getAndIncrement();
            for (int i = 0; i < here.size(); i++) {
                Candidate candidate = here.get(Math.floorMod(turn + i, here.size()));
                if (candidate.admits(request)) { // not at its limit, not avoided by this call
                    return candidate;
                }
            }
            List<Candidate> rest = elsewhere.isEmpty() ? here : elsewhere;
            return rest.get(Math.floorMod(turn, rest.size()));
        }
    }

    public static void main(String[] args) {
        System.out.println("first:      " + picks(first(), 6));
        System.out.println("zone first: " + picks(zoneFirst("a"), 6));
    }

    /** Picks so many instances in a row and ends no call, where each instance may have two calls in flight. */
    static List<String> picks(LoadBalancingStrategy strategy, int count) {
        List<ServiceInstance> instances = List.of(
                ServiceInstance.builder("10.0.0.1", 8080).id("b1").zone("b").build(),
                ServiceInstance.builder("10.0.0.2", 8080).id("a1").zone("a").build(),
                ServiceInstance.builder("10.0.0.3", 8080).id("a2").zone("a").build(),
                ServiceInstance.builder("10.0.0.4", 8080).id("b2").zone("b").build());
        try (LoadBalancer orders = LoadBalancer.builder("orders")
                .instances(instances)
                .strategy(strategy)
                .maxInFlightPerInstance(2)
                .build()) {
            return Stream.generate(orders::acquire)
                    .limit(count)
                    .map(lease -> lease.instance().id())
                    .toList();
        }
    }
}
