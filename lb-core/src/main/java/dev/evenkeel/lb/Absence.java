package dev.evenkeel.lb;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of members that a list lacks. Those that are known to be well stay for a time of grace, as a registry that
 * forgets somebody for a moment is more frequent than an instance that leaves without a word and still answers. Those that are
 * sick, or of whom nothing is known, go at once. The {@link LossGuard} may hold on to any.
 *
 * <p>Who stays is added to the list. When that may have changed, the list is to be checked again, whether or not another has
 * come: a source that tells of changes only has nothing to add. Belongs to the control plane.
 */
final class Absence {

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final Duration grace;
    private final boolean guarded;
    private final LossGuard guard;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final Runnable checkAgain;

    /** The members that the last list lacks, and since when lists have. */
    private Map<Node, Long> absentSince = Map.of();

    /** Whether somebody is marked as absent, or not any more, since this was last asked. */
    private boolean marksChanged;

    private @Nullable Cancellable timer;

    /**
     * Nobody is absent yet.
     *
     * @param checkAgain called by the scheduler when the last list is to be checked again
     */
    Absence(
            String serviceName,
            Duration grace,
            LossGuard.Limits limits,
            Ticker ticker,
            Scheduler scheduler,
            Runnable checkAgain) {
        this.serviceName = serviceName;
        this.grace = grace;
        this.guarded = !limits.areNone();
        this.guard = new LossGuard(limits);
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.checkAgain = checkAgain;
    }

    /** What may be believed: this list, or this list and members that it lacks. */
    List<ServiceInstance> complete(List<ServiceInstance> list, Collection<Node> members) {
        close();
        Map<Node, Long> before = absentSince;
        absentSince = new HashMap<>();
        List<ServiceInstance> completed = complete(list, members, before);
        mark(before);
        return completed;
    }

    private List<ServiceInstance> complete(
            List<ServiceInstance> list, Collection<Node> members, Map<Node, Long> before) {
        if (!guarded && members.stream().noneMatch(Absence::isKnownWell)) {
            return list;
        }
        long now = ticker.nanos();
        Map<Node, Long> missing = missing(list, members, before, now);
        if (guarded) {
            guard.check(missing, members, now);
        }
        List<ServiceInstance> completed = new ArrayList<>(list);
        long next = Long.MAX_VALUE;
        for (Map.Entry<Node, Long> entry : missing.entrySet()) {
            Node node = entry.getKey();
            long stays = remainingNanos(node, entry.getValue(), now);
            if (stays > 0) {
                absentSince.put(node, entry.getValue());
                completed.add(node.instance());
                next = Math.min(next, stays);
                sayIfNew(node, before);
            }
        }
        if (absentSince.isEmpty()) {
            return list;
        }
        if (!wakeUpIn(next)) { // then nobody would ever go
            absentSince.clear();
            return list;
        }
        return completed;
    }

    private void mark(Map<Node, Long> before) {
        for (Node node : before.keySet()) {
            if (!absentSince.containsKey(node)) {
                mark(node, false);
            }
        }
        for (Node node : absentSince.keySet()) {
            if (!before.containsKey(node)) {
                mark(node, true);
            }
        }
    }

    private void mark(Node node, boolean absent) {
        node.state(node.state().withAbsent(absent));
        marksChanged = true;
    }

    /** Whether somebody is marked as absent, or not any more, since this was last asked. */
    boolean takeMarksChanged() {
        boolean changed = marksChanged;
        marksChanged = false;
        return changed;
    }

    /** Whether the last list that was believed has any of these: others have gone, or have been absent before. */
    static boolean isAnyListed(Collection<Node> members) {
        return members.stream().anyMatch(node -> !node.state().absent());
    }

    /** Why the last list is not believed, or null. */
    @Nullable String doubt() {
        return guard.doubt();
    }

    /** Whether this one would have gone if it were not well. */
    boolean concerns(Node node) {
        return absentSince.containsKey(node);
    }

    /** This instance left of its own will, which is another thing than to be absent. */
    void left(String id) {
        guard.left(id);
    }

    /** Nobody is waited for any more. */
    void close() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private long remainingNanos(Node node, long since, long now) {
        long inDoubt = guard.doubtsAbsenceOf(node) ? guard.remainingNanos(now) : 0;
        long inGrace = isKnownWell(node) ? grace.toNanos() - (now - since) : 0;
        return Math.max(inDoubt, inGrace);
    }

    private void sayIfNew(Node node, Map<Node, Long> before) {
        if (!before.containsKey(node)) {
            log.info("{}: {} is not listed any more, but stays for a while", serviceName, node);
        }
    }

    /** Returns whether somebody will. */
    private boolean wakeUpIn(long nanos) {
        try {
            timer = scheduler.schedule(checkAgain, Duration.ofNanos(nanos));
            return true;
        } catch (RuntimeException rejected) {
            return false;
        }
    }

    private static boolean isKnownWell(Node node) {
        return node.state().health() == HealthStatus.HEALTHY && node.state().ejection() == null;
    }

    /** The members that the list lacks, in their order, and since when lists have. */
    private static Map<Node, Long> missing(
            List<ServiceInstance> list, Collection<Node> members, Map<Node, Long> before, long now) {
        Set<String> listed = new HashSet<>();
        list.forEach(instance -> listed.add(instance.id()));
        Map<Node, Long> missing = new LinkedHashMap<>();
        for (Node node : members) {
            if (!listed.contains(node.id())) {
                missing.put(node, before.getOrDefault(node, now));
            }
        }
        return missing;
    }
}
