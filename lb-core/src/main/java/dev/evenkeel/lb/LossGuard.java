package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Doubts a list that lacks too many of the members at once: who is new joins, but those that are missing stay until lists
 * have lacked them for a time. Then it is the truth, whether or not another list has come: a source that tells of changes
 * only has nothing to add. Belongs to the control plane.
 */
final class LossGuard {

    /** Doubt lists that lack more than this share of the members, for this long. */
    record Limits(double share, Duration hold) {

        /** No list lacks more than everything. */
        static final Limits NONE = new Limits(1, Duration.ZERO);
    }

    private final Limits limits;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final Runnable timeUp;

    /** The ids of the members when the doubt began, without those that have left since; null while there is none. */
    private @Nullable Set<String> known;

    private long since;
    private @Nullable Cancellable timer;
    private @Nullable String doubt;

    /**
     * A guard that has no doubts yet.
     *
     * @param timeUp called by the scheduler when the last list is to be checked again
     */
    LossGuard(Limits limits, Ticker ticker, Scheduler scheduler, Runnable timeUp) {
        this.limits = limits;
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.timeUp = timeUp;
    }

    /** What may be believed: this list, or this list and the members that it lacks. */
    List<ServiceInstance> check(List<ServiceInstance> list, Collection<Node> members) {
        if (limits.share() >= 1) {
            return list;
        }
        Set<String> listed = new HashSet<>();
        list.forEach(instance -> listed.add(instance.id()));
        Set<String> before = known != null ? known : ids(members);
        List<ServiceInstance> missing = new ArrayList<>();
        for (Node node : members) {
            if (before.contains(node.id()) && !listed.contains(node.id())) {
                missing.add(node.instance());
            }
        }
        if (missing.size() <= limits.share() * before.size() || !mayHold(before)) {
            forget();
            return list;
        }
        doubt = "the list lacks " + missing.size() + " of " + before.size()
                + " instances, they stay until it has been so" + " for " + limits.hold();
        List<ServiceInstance> completed = new ArrayList<>(list);
        completed.addAll(missing);
        return completed;
    }

    /** Why the last list has not been believed, or null. */
    @Nullable String doubt() {
        return doubt;
    }

    /** This instance left of its own will, so that it is not missing. */
    void left(String id) {
        if (known != null) {
            known.remove(id);
        }
    }

    void forget() {
        known = null;
        doubt = null;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** Whether there is time left to hold what is missing. */
    private boolean mayHold(Set<String> before) {
        if (known != null) {
            return ticker.nanos() - since < limits.hold().toNanos();
        }
        try {
            timer = scheduler.schedule(timeUp, limits.hold());
        } catch (RejectedExecutionException shutDown) { // then nobody would end the doubt
            return false;
        }
        known = before;
        since = ticker.nanos();
        return true;
    }

    private static Set<String> ids(Collection<Node> members) {
        Set<String> ids = new HashSet<>();
        members.forEach(node -> ids.add(node.id()));
        return ids;
    }
}
