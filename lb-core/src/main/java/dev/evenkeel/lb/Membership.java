package dev.evenkeel.lb;

import com.google.common.collect.ImmutableMap;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Ticker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in the pool: merges full lists by id, so that an instance keeps its live state as long as it is listed, and
 * while calls to it are in flight. Belongs to the control plane.
 *
 * <p>A node is a member, or it is leaving: it gets no new calls, and is gone when the last one has ended. An instance that
 * is listed again while it is leaving comes back with its state. The same id at another address is another instance.
 *
 * <p>A node that is leaving is closed to picks only by {@link #settle}, when the pool without it has been published: until
 * then it may be all that the old pool has.
 */
final class Membership {

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final Ticker ticker;
    private final InFlightLimit limit;
    private final Node.Events events;
    private final HealthWatch health;
    private final Listeners listeners;

    private final Map<String, Node> members = new LinkedHashMap<>();
    private final Set<Node> leaving = new LinkedHashSet<>();
    /** The members as a map that does not change; null from a change of the members until it is asked for. */
    private @Nullable ImmutableMap<String, Node> byId;

    /** Whether a member has other properties than when this was last asked. */
    private boolean propertiesChanged;

    /** Whether there has ever been a member; those of the first list that has any are initial. */
    private boolean hadMembers;

    private boolean isInitial;

    /** Whether the last list had ids more than once: a source that polls repeats its errors, the log does not. */
    private boolean hadDuplicates;

    Membership(
            String serviceName,
            Ticker ticker,
            InFlightLimit limit,
            Node.Events events,
            HealthWatch health,
            Listeners listeners) {
        this.serviceName = serviceName;
        this.ticker = ticker;
        this.limit = limit;
        this.events = events;
        this.health = health;
        this.listeners = listeners;
    }

    /** Makes the list the members. Returns whether anything is different now. */
    boolean merge(Iterable<ServiceInstance> list) {
        Map<String, ServiceInstance> listed = new LinkedHashMap<>();
        List<ServiceInstance> duplicates = new ArrayList<>();
        for (ServiceInstance instance : list) {
            if (listed.putIfAbsent(instance.id(), instance) != null) {
                duplicates.add(instance);
            }
        }
        if (!duplicates.isEmpty() && !hadDuplicates) {
            log.warn(
                    "{}: the list has ids more than once, the first one counts, ignored: {}",
                    serviceName,
                    Printable.of(duplicates));
        }
        hadDuplicates = !duplicates.isEmpty();
        boolean changed = false;
        isInitial = !hadMembers;
        hadMembers |= !listed.isEmpty();
        for (Node node : List.copyOf(members.values())) {
            if (!listed.containsKey(node.id())) {
                beginLeaving(node, "is not listed any more");
                changed = true;
            }
        }
        for (ServiceInstance instance : listed.values()) {
            changed |= merge(instance);
        }
        return changed;
    }

    /** Takes out a member that left of its own will. Returns whether there was one. */
    boolean leave(String id) {
        Node node = members.get(id);
        if (node == null) {
            return false;
        }
        beginLeaving(node, "has left");
        return true;
    }

    /**
     * Closes those that are leaving to picks, and takes out those that have no call in flight any more. Returns whether
     * there were any.
     */
    boolean settle() {
        boolean anyGone = false;
        for (Node node : List.copyOf(leaving)) {
            if (node.drain()) {
                leaving.remove(node);
                ServiceInstance gone = node.instance();
                listeners.tell(listener -> listener.left(serviceName, gone));
                anyGone = true;
            }
        }
        return anyGone;
    }

    /** Whether a member has other properties than when this was last asked. */
    boolean takePropertiesChanged() {
        boolean changed = propertiesChanged;
        propertiesChanged = false;
        return changed;
    }

    Collection<Node> members() {
        return Collections.unmodifiableCollection(members.values());
    }

    /** Members and those that are leaving. */
    Node[] everybody() {
        List<Node> all = new ArrayList<>(members.values());
        all.addAll(leaving);
        return all.toArray(new Node[0]);
    }

    /** The members by id, as a map that does not change. */
    ImmutableMap<String, Node> byId() {
        ImmutableMap<String, Node> copy = byId;
        if (copy == null) {
            copy = ImmutableMap.copyOf(members);
            byId = copy;
        }
        return copy;
    }

    private boolean merge(ServiceInstance instance) {
        Node member = members.get(instance.id());
        if (member != null && member.instance().hasSameAddressAs(instance)) {
            return changeInPlace(member, instance);
        }
        if (member != null) {
            beginLeaving(member, "has moved to " + instance.hostPort());
        }
        Node returning = findLeaving(instance);
        if (returning != null) {
            comeBack(returning, instance);
        } else {
            join(instance);
        }
        return true;
    }

    private boolean changeInPlace(Node member, ServiceInstance instance) {
        ServiceInstance before = member.instance();
        if (before.equals(instance)) {
            return false;
        }
        member.state(member.state().withInstance(instance));
        propertiesChanged = true;
        health.changed(member);
        listeners.tell(listener -> listener.changed(serviceName, before, instance));
        return true;
    }

    private void join(ServiceInstance instance) {
        Node node = new Node(instance, ticker, limit, isInitial, events);
        addMember(node);
        log.info("{}: {} joined", serviceName, instance);
        listeners.tell(listener -> listener.joined(serviceName, instance));
        watch(node);
    }

    private void comeBack(Node node, ServiceInstance instance) {
        leaving.remove(node);
        changeInPlace(node, instance);
        node.state(node.state().withDraining(false));
        node.undrain();
        addMember(node);
        log.info("{}: {} is back", serviceName, instance);
        listeners.tell(listener -> listener.returned(serviceName, instance));
        watch(node);
    }

    private void addMember(Node node) {
        members.put(node.id(), node);
        byId = null;
    }

    /** Nothing is known of an instance that nobody watches. */
    private void watch(Node node) {
        if (!health.start(node)) {
            node.state(node.state().withHealth(HealthStatus.UNKNOWN, ""));
        }
    }

    private void beginLeaving(Node node, String why) {
        members.remove(node.id(), node);
        byId = null;
        health.stop(node);
        node.state(node.state().withDraining(true));
        ServiceInstance instance = node.instance();
        log.info("{}: {} {}, {} calls in flight", serviceName, instance, why, node.inFlight());
        listeners.tell(listener -> listener.draining(serviceName, instance));
        leaving.add(node);
    }

    private @Nullable Node findLeaving(ServiceInstance instance) {
        for (Node node : leaving) {
            if (node.id().equals(instance.id()) && node.instance().hasSameAddressAs(instance)) {
                return node;
            }
        }
        return null;
    }
}
