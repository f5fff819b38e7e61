package dev.evenkeel.lb;

import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Admits the calls of sessions where those are, see {@link StickySession}, before any strategy is asked; leaves all other calls
 * to {@link Admission}. A session costs a call two look-ups in tables, and nobody else anything.
 */
final class SessionAdmission {

    /** How often a call starts again because another one of a session that is on its way was faster. */
    private static final int ATTEMPTS = 3;

    private final String serviceName;
    private final Admission admission;

    /** Whether there has been any session. */
    private volatile boolean inUse;

    SessionAdmission(String serviceName, Admission admission) {
        this.serviceName = serviceName;
        this.admission = admission;
    }

    boolean isInUse() {
        return inUse;
    }

    /** A lease that begins now, or null if this version of the pool has no instance that can be admitted. */
    @Nullable TrackedLease admit(Pool pool, PickRequest request, long now) {
        if (Node.isPlain(request)) {
            return admission.admit(pool, request, now);
        }
        StickySession session = request.session().orElse(null);
        return session == null ? admission.admit(pool, request, now) : admit(pool, request, session, now);
    }

    private @Nullable TrackedLease admit(Pool pool, PickRequest request, StickySession session, long now) {
        if (!inUse) {
            inUse = true;
        }
        for (int attempt = 1; ; attempt++) {
            Optional<String> place = session.instanceId(serviceName);
            Node own = place.isPresent() ? pool.keeperOfSessions(place.get()) : null;
            if (own != null && request.isMetBy(own.instance())) {
                return admitAtOrElsewhere(own, pool, request, now);
            }
            TrackedLease lease = admission.admit(pool, request, now);
            if (lease == null
                    || attempt == ATTEMPTS
                    || session.move(serviceName, place, lease.node().id())) {
                return lease;
            }
            lease.end(Outcome.cancelled()); // the others of the session go elsewhere
        }
    }

    /** The session stays either way. */
    private @Nullable TrackedLease admitAtOrElsewhere(Node own, Pool pool, PickRequest request, long now) {
        if (!pool.allowsSessionAt(own)) {
            return admission.admit(pool, avoiding(own, request), now);
        }
        boolean mayGoThere = !request.avoided().contains(own.id())
                && (request.preferred().isEmpty() || request.preferred().get().equals(own.id()));
        TrackedLease lease = mayGoThere ? own.begin(now, pool.failOpen) : null;
        return lease != null ? lease : admission.admit(pool, request, now);
    }

    private static PickRequest avoiding(Node node, PickRequest request) {
        Set<String> avoided = new HashSet<>(request.avoided());
        avoided.add(node.id());
        return request.toBuilder().avoid(avoided).build();
    }
}
