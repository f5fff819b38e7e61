package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.PickExplanation;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Selector;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gets a lease from one version of the pool, around every strategy: asks the strategy a few times, and when it has no
 * answer that can be admitted, takes the least loaded candidate that can: one of those that the strategy has, else one of the
 * best reserve that has any. Avoided instances come last.
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

    /** A lease that begins now, or null if this version of the pool has no candidate that can be admitted. */
    @Nullable TrackedLease admit(Pool pool, PickRequest request, long now) {
        if (!Node.isPlain(request) && request.preferred().isPresent()) {
            TrackedLease preferred = admitPreferred(pool, request, now);
            if (preferred != null || !request.anotherWillDo()) {
                return preferred;
            }
        }
        TrackedLease selected = admitSelected(pool, request, now);
        if (selected != null) {
            return selected;
        }
        TrackedLease any = admitAny(pool, request, now, false);
        boolean avoidsNobody = request.avoided().isEmpty() && request.session().isEmpty();
        return any != null || avoidsNobody ? any : admitAny(pool, request, now, true);
    }

    private @Nullable TrackedLease admitPreferred(Pool pool, PickRequest request, long now) {
        Node node = pool.candidate(request.preferred().orElseThrow());
        boolean wanted = node != null && node.suits(request) && !(request.anotherWillDo() && node.isAvoidedBy(request));
        return wanted ? requireNonNull(node).begin(now, pool.failOpen) : null;
    }

    private @Nullable TrackedLease admitSelected(Pool pool, PickRequest request, long now) {
        Selector selector = pool.selector;
        if (selector == null) {
            return null;
        }
        Node before = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Node node;
            try {
                node = pool.candidate(selector.select(request, now));
            } catch (Throwable thrown) {
                faults.threw(thrown);
                continue;
            }
            if (node == null) {
                faults.answeredNoCandidate();
                continue;
            }
            if (node == before) {
                return null; // it has made up its mind
            }
            before = node;
            if (Node.isPlain(request) || (node.suits(request) && !node.isAvoidedBy(request))) {
                TrackedLease lease = node.begin(now, pool.failOpen);
                if (lease != null) {
                    return lease;
                }
            }
        }
        return null;
    }

    /** The least loaded of those that can be admitted: a few among many, so the strategy's own way is not at stake. */
    private @Nullable TrackedLease admitAny(Pool pool, PickRequest request, long now, boolean avoidedToo) {
        int end = pool.inUse;
        TrackedLease lease = admitAny(pool, 0, end, request, now, avoidedToo);
        for (int reserve = 0; lease == null && reserve < pool.reserveEnds().length; reserve++) {
            int start = end;
            end = pool.reserveEnds()[reserve];
            lease = admitAny(pool, start, end, request, now, avoidedToo);
        }
        return lease;
    }

    private @Nullable TrackedLease admitAny(
            Pool pool, int start, int end, PickRequest request, long now, boolean avoidedToo) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Node least = leastLoaded(pool, start, end, request, avoidedToo);
            if (least == null) {
                return null;
            }
            TrackedLease lease = least.begin(now, pool.failOpen);
            if (lease != null) {
                return lease;
            }
        }
        return null; // whenever there was a free place, another call was faster
    }

    /** Among equals each is as likely as it is heavy (reservoir sampling). */
    private @Nullable Node leastLoaded(Pool pool, int start, int end, PickRequest request, boolean avoidedToo) {
        Node least = null;
        double leastLoad = Double.POSITIVE_INFINITY;
        double tiedWeight = 0;
        for (int i = start; i < end; i++) {
            Node node = pool.candidates[i];
            double weight = node.weight();
            double load = node.inFlight() / weight;
            if (load > leastLoad
                    || !node.isFree()
                    || !node.suits(request)
                    || (!avoidedToo && node.isAvoidedBy(request))) {
                continue;
            }
            tiedWeight = load < leastLoad ? weight : tiedWeight + weight;
            if (load < leastLoad || least == null || random.nextDouble() * tiedWeight < weight) {
                least = node;
                leastLoad = load;
            }
        }
        return least;
    }

    /** Whether there is a candidate that the request may use, however busy it is. */
    static boolean isServable(Pool pool, PickRequest request) {
        for (Node node : pool.candidates) {
            if (node.suits(request)) {
                return true;
            }
        }
        return false;
    }

    /** Why each instance of this version of the pool was passed over, and each that is not in it. */
    static PickExplanation explain(Pool pool, Map<Reason, List<ServiceInstance>> outside, PickRequest request) {
        Map<String, Reason> reasons = new LinkedHashMap<>();
        Map<Reason, Integer> counts = new EnumMap<>(Reason.class);
        pool.forEach((node, state) -> {
            Reason reason = reason(pool, node, state, request);
            counts.merge(reason, 1, Integer::sum);
            if (reasons.size() < PickExplanation.MAX_LISTED) {
                reasons.putIfAbsent(node.id(), reason);
            }
        });
        outside.forEach((reason, instances) -> {
            if (!instances.isEmpty()) {
                counts.merge(reason, instances.size(), Integer::sum);
                instances.stream()
                        .limit(PickExplanation.MAX_LISTED - reasons.size())
                        .forEach(instance -> reasons.putIfAbsent(instance.id(), reason));
            }
        });
        return PickExplanation.of(reasons, counts);
    }

    private static Reason whyOut(NodeState state) {
        if (state.health() == HealthStatus.UNHEALTHY) {
            return Reason.UNHEALTHY;
        }
        return state.ejection() != null ? Reason.EJECTED : Reason.WEIGHT_ZERO;
    }

    private static Reason reason(Pool pool, Node node, NodeState state, PickRequest request) {
        if (state.draining()) {
            return Reason.DRAINING;
        }
        if (!pool.isCandidate(node)) {
            return whyOut(state);
        }
        if (!node.isAcceptedBy(request)) {
            return Reason.NOT_PREFERRED;
        }
        if (!request.isMetBy(state.instance())) {
            return Reason.METADATA;
        }
        if (!node.isFree()) {
            return Reason.SATURATED;
        }
        return pool.isInUse(node) ? Reason.ADMISSIBLE : Reason.OTHER_TIER;
    }
}
