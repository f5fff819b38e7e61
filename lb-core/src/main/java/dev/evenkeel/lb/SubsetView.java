package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.text.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A balancer over those instances of another one that carry some metadata. It has a pool and selectors of its own, made anew
 * with each pool of the whole, over the same nodes: so all that is known and counted of an instance is common to all views.
 */
final class SubsetView extends PoolBalancer {

    private final DefaultLoadBalancer whole;
    private final Map<String, String> metadata;
    private final Selectors selectors;

    /** A view that picks the least loaded instance until it {@linkplain #follow follows} for the first time. */
    SubsetView(DefaultLoadBalancer whole, Map<String, String> metadata) {
        super(whole, Pool.UNKNOWN);
        this.whole = whole;
        this.metadata = metadata;
        this.selectors = whole.newSelectors(InFlightTotal.ofSome());
        Pool now = whole.pool();
        if (now.phase != Pool.Phase.AWAITING_FIRST_LIST) {
            Availability availability = availability(now);
            replace(Pool.UNKNOWN, part(now, availability, Tiers.of(availability, config.zone()), null));
        }
    }

    /** The whole has another pool. */
    void follow(Pool next, boolean weightsOrPropertiesChanged) {
        control.assertInContext();
        if (next.phase == Pool.Phase.AWAITING_FIRST_LIST) {
            return;
        }
        Availability availability = availability(next);
        Tiers tiers = Tiers.of(availability, config.zone());
        Selector selector = selectors.of(tiers.active(), weightsOrPropertiesChanged);
        availability.applyTrialsOfSome();
        replace(pool(), part(next, availability, tiers, selector)); // nobody else writes it
    }

    private Availability availability(Pool next) {
        return Availability.of(next.members(this::contains), config.outliers().panicShare());
    }

    private Pool part(Pool next, Availability availability, Tiers tiers, @Nullable Selector selector) {
        SessionLoad sessionLoad = SessionLoad.of(
                config.maxSessionLoad(), tiers.areSeveral() ? tiers.candidates : tiers.only(), InFlightTotal.ofSome());
        return pool().nextOfSome(next, this::contains, availability, tiers, selector, sessionLoad);
    }

    private boolean contains(NodeState state) {
        return carries(state.instance());
    }

    private boolean carries(ServiceInstance instance) {
        for (Map.Entry<String, String> wanted : metadata.entrySet()) {
            if (!wanted.getValue().equals(instance.metadata().get(wanted.getKey()))) {
                return false;
            }
        }
        return true;
    }

    /** The whole has published what it had to: who waited goes on. */
    void release() {
        waiters.release();
        queue.wake();
    }

    /** The whole is closed. */
    void end() {
        replace(pool(), pool().closed());
        release();
    }

    @Override
    SourceLink source() {
        return whole.source();
    }

    @Override
    int ignoredEntries() {
        return whole.ignoredEntries();
    }

    @Override
    Map<Reason, List<ServiceInstance>> outside() {
        List<ServiceInstance> others = new ArrayList<>();
        whole.pool().forEach((node, state) -> {
            if (!contains(state)) {
                others.add(state.instance());
            }
        });
        List<ServiceInstance> unused = whole.outside().getOrDefault(Reason.OUTSIDE_SUBSET, List.of()).stream()
                .filter(this::carries)
                .toList();
        return Map.of(Reason.METADATA, others, Reason.OUTSIDE_SUBSET, unused);
    }

    @Override
    public LoadBalancer subset(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        more.forEach((key, value) -> {
            String before = all.put(key, value);
            if (before != null && !Objects.equals(before, value)) {
                throw new IllegalArgumentException("metadata: " + Printable.of(key + "=" + value) + " (expected: "
                        + Printable.of(key + "=" + before) + ", as in the view that this is to be a part of)");
            }
        });
        return whole.subset(all);
    }

    @Override
    public void addListener(LoadBalancerListener listener) {
        whole.addListener(listener);
    }

    @Override
    public void removeListener(LoadBalancerListener listener) {
        whole.removeListener(listener);
    }

    /** Whoever built the whole closes that, and with it all views. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return Printable.of(metadata) + " of " + snapshot();
    }
}
