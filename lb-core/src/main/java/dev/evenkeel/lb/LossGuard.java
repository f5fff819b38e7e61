package dev.evenkeel.lb;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Doubts lists that lack too many of the members at once, until lists have lacked them for a time: then it is the truth.
 * Belongs to the control plane.
 */
final class LossGuard {

    /** Doubt lists that lack more than this share of the members, for this long. */
    record Limits(double share, Duration hold) {

        /** No list lacks more than everything. */
        static final Limits NONE = new Limits(1, Duration.ZERO);

        boolean areNone() {
            return share >= 1;
        }
    }

    private final Limits limits;

    /** The ids of the members when the doubt began, without those that have left since; null while there is none. */
    private @Nullable Set<String> known;

    private long since;
    private @Nullable String doubt;

    LossGuard(Limits limits) {
        this.limits = limits;
    }

    /**
     * Looks at what the list that has come lacks of the members. Those that lists have lacked for the time are no reason for
     * doubt any more, whatever else they stay for.
     *
     * @param missing since when lists have lacked each of those that this one does
     */
    void check(Map<Node, Long> missing, Collection<Node> members, long now) {
        Set<String> before = known != null ? known : ids(members);
        long lost = missing.entrySet().stream()
                .filter(entry -> before.contains(entry.getKey().id()))
                .filter(entry -> now - entry.getValue() < limits.hold().toNanos())
                .count();
        if (lost <= limits.share() * before.size() || (known != null && remainingNanos(now) <= 0)) {
            known = null;
            doubt = null;
            return;
        }
        if (known == null) {
            known = before;
            since = now;
        }
        doubt = "the list lacks " + lost + " of " + before.size() + " instances, they stay until it has been so for "
                + limits.hold();
    }

    /** Whether a member that is missing is not believed to be. */
    boolean doubtsAbsenceOf(Node node) {
        return known != null && known.contains(node.id());
    }

    /** Why the last list is not believed, or null. */
    @Nullable String doubt() {
        return doubt;
    }

    /** How long the doubt lasts from now. */
    long remainingNanos(long now) {
        return limits.hold().toNanos() - (now - since);
    }

    /** This instance left of its own will, so that it is not missing. */
    void left(String id) {
        if (known != null) {
            known.remove(id);
        }
    }

    private static Set<String> ids(Collection<Node> members) {
        Set<String> ids = new HashSet<>();
        members.forEach(node -> ids.add(node.id()));
        return ids;
    }
}
