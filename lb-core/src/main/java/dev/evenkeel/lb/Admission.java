package dev.evenkeel.lb;

import dev.evenkeel.lb.observe.PickExplanation;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Selector;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gets a lease from one version of the pool, around every strategy: asks the strategy a few times, and when it has no
 * answer that can be admitted, takes any candidate that can. Avoided instances come last.
 *
 * <p>No locks; bounded by the size of the pool.
 */
final class Admission {

    /** How often a strategy is asked for one call. */
    private static final int ATTEMPTS = 3;

    private final RandomGenerator random;
    private final StrategyFaults faults;

    Admission(RandomGenerator random, StrategyFaults faults) {
        this.random = random;
        this.faults = faults;
    }

    /** A lease, or null if this version of the pool has no candidate that can be admitted. */
    @Nullable TrackedLease admit(Pool pool, PickRequest request) {
        if (request.preferred().isPresent()) {
            TrackedLease preferred = admitPreferred(pool, request);
            if (preferred != null || !request.anotherWillDo()) {
                return preferred;
            }
        }
        TrackedLease selected = admitSelected(pool, request);
        if (selected != null) {
            return selected;
        }
        TrackedLease any = admitAny(pool, request, false);
        return any != null || request.avoided().isEmpty() ? any : admitAny(pool, request, true);
    }

    private @Nullable TrackedLease admitPreferred(Pool pool, PickRequest request) {
        Node node = pool.candidate(request.preferred().orElseThrow());
        return node != null && node.suits(request) ? node.begin(pool.failOpen) : null;
    }

    private @Nullable TrackedLease admitSelected(Pool pool, PickRequest request) {
        Selector selector = pool.selector;
        if (selector == null) {
            return null;
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Node node;
            try {
                node = pool.candidate(selector.select(request));
            } catch (Throwable thrown) {
                faults.threw(thrown);
                continue;
            }
            if (node == null) {
                faults.answeredNoCandidate();
            } else if (node.suits(request) && !node.isAvoidedBy(request)) {
                TrackedLease lease = node.begin(pool.failOpen);
                if (lease != null) {
                    return lease;
                }
            }
        }
        return null;
    }

    private @Nullable TrackedLease admitAny(Pool pool, PickRequest request, boolean avoidedToo) {
        Node[] candidates = pool.candidates;
        if (candidates.length == 0) {
            return null;
        }
        int start = random.nextInt(candidates.length);
        for (int i = 0; i < candidates.length; i++) {
            int place = start + i < candidates.length ? start + i : start + i - candidates.length;
            Node node = candidates[place];
            if (node.suits(request) && (avoidedToo || !node.isAvoidedBy(request))) {
                TrackedLease lease = node.begin(pool.failOpen);
                if (lease != null) {
                    return lease;
                }
            }
        }
        return null;
    }

    /** Why each instance of this version of the pool was passed over. */
    static PickExplanation explain(Pool pool, PickRequest request) {
        Map<String, Reason> reasons = new LinkedHashMap<>();
        Map<Reason, Integer> counts = new EnumMap<>(Reason.class);
        for (int i = 0; i < pool.nodes.length; i++) {
            Node node = pool.nodes[i];
            Reason reason = reason(pool, node, pool.states[i], request);
            counts.merge(reason, 1, Integer::sum);
            if (reasons.size() < PickExplanation.MAX_LISTED) {
                reasons.putIfAbsent(node.id(), reason);
            }
        }
        return PickExplanation.of(reasons, counts);
    }

    private static Reason reason(Pool pool, Node node, NodeState state, PickRequest request) {
        if (state.draining()) {
            return Reason.DRAINING;
        }
        if (!pool.isCandidate(node)) {
            return Availability.isWell(state) ? Reason.WEIGHT_ZERO : Reason.UNHEALTHY;
        }
        if (!node.isAcceptedBy(request)) {
            return Reason.NOT_PREFERRED;
        }
        if (!node.carries(request.requiredMetadata())) {
            return Reason.METADATA;
        }
        return node.isFree() ? Reason.ADMISSIBLE : Reason.SATURATED;
    }
}
