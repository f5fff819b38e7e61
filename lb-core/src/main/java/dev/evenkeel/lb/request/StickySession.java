package dev.evenkeel.lb.request;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What one caller remembers between calls: which instance of each service it is with. The first call goes wherever the strategy
 * says, the later ones to the same instance.
 *
 * <pre>{@code
 * StickySession session = new StickySession();
 * try (Lease lease = carts.acquire(PickRequest.inSession(session))) {
 *     talkTo(lease.instance().address());
 *     lease.succeeded();
 * }
 * }</pre>
 *
 * <p><b>It stays</b> with its instance while that may be used at all: also while that drains, is absent from a list for a moment
 * or has weight 0, when it gets no new sessions. The id counts: an instance that restarts under the same id is the same one. A
 * call that may not go there, as the instance is at its limit, is to be avoided or is being tried after an ejection, goes
 * elsewhere, and the session stays.
 *
 * <p><b>It moves</b>, for good, when a call finds its instance gone, sick, ejected or without the metadata that the call requires;
 * or when that failed a call that another one answered. So it moves at most once for each restart of its instance.
 *
 * <p>A session that is new, or has to move, prefers instances that are neither absent nor to be avoided. Calls that begin at the
 * same moment in a new session agree on one instance.
 *
 * <p>Safe for concurrent use. Remembers one id for each service. To continue it in another process or after a restart, see
 * {@link dev.evenkeel.lb.session.SessionTokens}.
 */
public final class StickySession {

    private final ConcurrentMap<String, String> instances = new ConcurrentHashMap<>(2);

    /** A session that is with no instance yet. */
    public StickySession() {}

    /**
     * The id of the instance that it is with; empty before the first call.
     *
     * @param serviceName as {@link dev.evenkeel.lb.LoadBalancer#serviceName()} says it
     */
    public Optional<String> instanceId(String serviceName) {
        return Optional.ofNullable(instances.get(requireNonNull(serviceName, "serviceName")));
    }

    /**
     * Makes it go on with this instance, if it is still where it was; the balancer does so by itself.
     *
     * @param from the {@link #instanceId} that has been seen before
     * @param to the id of the instance that has it from now on
     * @return false if it has moved meanwhile
     * @throws IllegalArgumentException if no instance can have that id, as it is too long
     */
    public boolean move(String serviceName, Optional<String> from, String to) {
        requireNonNull(serviceName, "serviceName");
        requireNonNull(to, "to");
        if (to.length() > ServiceInstance.MAX_ID_LENGTH) {
            throw new IllegalArgumentException("to: " + to.length() + " characters (expected: at most "
                    + ServiceInstance.MAX_ID_LENGTH + ", the id of an instance)");
        }
        String before = from.orElse(null);
        return before == null
                ? instances.putIfAbsent(serviceName, to) == null
                : instances.replace(serviceName, before, to);
    }

    /** Says nothing of where it is: what is logged may be seen by others. */
    @Override
    public String toString() {
        return "StickySession";
    }
}
