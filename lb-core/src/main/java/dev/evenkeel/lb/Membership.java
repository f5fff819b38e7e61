package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Ticker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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
 * then it may be all that the old pool has. One that is {@link Lingering} is not closed yet: no pool has it, so that only its
 * sessions find it, by its id.
 */
final class Membership {

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final Ticker ticker;
    private final InFlightLimit limit;
    private final Node.Events events;
    private final HealthWatch health;
    private final WarmUp warmUp;
    private final Consumer<Node> onGone;
    private final Lingering lingering;
    private final Listeners listeners;

    /** In the order of the last list. Replaced, never changed, as pools have it, too. */
    private Node[] members = new Node[0];

    /** Who the members are, in the same order, so that a list is compared with them without a way through each node. */
    private ServiceInstance[] instances = new ServiceInstance[0];

    private final MembersById byId = new MembersById();
    private final Set<Node> leaving = new LinkedHashSet<>();

    /** Whether a member has other properties than when this was last asked. */
    private boolean propertiesChanged;

    /** Whether a list is being merged, or that threw, for want of memory for instance. */
    private boolean torn;

    /** How many entries of the last list had an id that another one had before. Written here, read by snapshots. */
    private volatile int duplicates;

    private final LogBudget lossLines;

    Membership(
            String serviceName,
            Ticker ticker,
            InFlightLimit limit,
            Node.Events events,
            HealthWatch health,
            WarmUp warmUp,
            Consumer<Node> onGone,
            Lingering lingering,
            Listeners listeners) {
        this.serviceName = serviceName;
        this.ticker = ticker;
        this.limit = limit;
        this.events = events;
        this.health = health;
        this.warmUp = warmUp;
        this.onGone = onGone;
        this.lingering = lingering;
        this.lossLines = new LogBudget(ticker);
        this.listeners = listeners;
    }

    /** Makes the list the members, in its order. Returns whether anything but the order is different now. */
    boolean merge(List<ServiceInstance> list) {
        boolean wasTorn = torn;
        if (wasTorn) {
            takeMembersFromTable();
        }
        torn = true;
        int head = commonHead(list);
        int tail = commonTail(list, head);
        boolean changed = merge(list, head, tail);
        torn = false;
        return changed || wasTorn;
    }

    /** The table knows whom the merge that threw has let in and has taken out, as far as it came. */
    private void takeMembersFromTable() {
        members = byId.members().toArray(new Node[0]);
        instances = Arrays.stream(members).map(Node::instance).toArray(ServiceInstance[]::new);
    }

    /** How many members from the first one on are listed as they are. */
    private int commonHead(List<ServiceInstance> list) {
        int limit = Math.min(members.length, list.size());
        int head = 0;
        while (head < limit && instances[head].equals(list.get(head))) {
            head++;
        }
        return head;
    }

    /** How many from the last one back, as far as the head. */
    private int commonTail(List<ServiceInstance> list, int head) {
        int limit = Math.min(members.length, list.size()) - head;
        int tail = 0;
        while (tail < limit && instances[instances.length - 1 - tail].equals(list.get(list.size() - 1 - tail))) {
            tail++;
        }
        return tail;
    }

    /** Merges what is between head and tail: most often next to nothing, however long the list is. */
    private boolean merge(List<ServiceInstance> list, int head, int tail) {
        Map<String, ServiceInstance> listed = new LinkedHashMap<>();
        List<ServiceInstance> repeated = new ArrayList<>();
        int known = 0;
        for (ServiceInstance instance : list.subList(head, list.size() - tail)) {
            if (listed.putIfAbsent(instance.id(), instance) != null) {
                repeated.add(instance);
            } else if (byId.member(instance.id()) != null) {
                known++;
            }
        }
        List<Node> missing = new ArrayList<>();
        for (Node member : Arrays.asList(members).subList(head, members.length - tail)) {
            if (listed.containsKey(member.id())) {
                known--;
            } else {
                missing.add(member);
            }
        }
        if (known > 0) { // somebody in the head or in the tail is listed here again
            return merge(list, 0, 0);
        }
        sayRepeated(repeated);
        sayIfMany(missing.size());
        missing.forEach(member -> beginLeaving(member, "is not listed any more"));
        boolean changed = !missing.isEmpty();
        Node[] merged = Arrays.copyOf(members, head + listed.size() + tail);
        ServiceInstance[] mergedInstances = Arrays.copyOf(instances, merged.length);
        int next = head;
        for (ServiceInstance instance : listed.values()) {
            changed |= merge(instance);
            merged[next] = requireNonNull(byId.member(instance.id()));
            mergedInstances[next] = merged[next].instance();
            next++;
        }
        System.arraycopy(members, members.length - tail, merged, next, tail);
        System.arraycopy(instances, instances.length - tail, mergedInstances, next, tail);
        members = merged;
        instances = mergedInstances;
        return changed;
    }

    /** A source that polls repeats its errors, the log does not. */
    private void sayRepeated(List<ServiceInstance> instances) {
        if (!instances.isEmpty() && duplicates == 0) {
            log.warn(
                    "{}: the list has ids more than once, the first one counts, ignored: {}",
                    serviceName,
                    Printable.of(instances));
        }
        duplicates = instances.size();
    }

    /** It may be the truth, and it may be an error that is about to cost a lot. */
    private void sayIfMany(int missing) {
        if (missing > 1 && 2 * missing > members.length && lossLines.take()) {
            log.warn("{}: the list lacks {} of {} instances", serviceName, missing, members.length);
        }
    }

    int duplicates() {
        return duplicates;
    }

    /**
     * Takes out a member that left of its own will. Returns whether there was one.
     *
     * @param hasSessions for which it stays for a while, if it is well
     */
    boolean leave(String id, boolean hasSessions) {
        Node node = byId.member(id);
        if (node == null) {
            return false;
        }
        if (torn) {
            takeMembersFromTable();
        }
        int place = Arrays.asList(members).indexOf(node);
        members = without(members, place);
        instances = without(instances, place);
        beginLeaving(node, "has left");
        if (hasSessions && node.state().isWell() && lingering.begin(node)) {
            byId.beginLingering(node);
        }
        return true;
    }

    /** It stays no longer than its calls in flight do. Returns false if that was so already. */
    boolean endLingering(Node node) {
        byId.endLingering(node);
        return lingering.end(node);
    }

    /**
     * Closes those that are leaving to picks, and takes out those that have no call in flight any more. Returns whether
     * there were any.
     */
    boolean settle() {
        byId.published();
        boolean anyGone = false;
        for (Node node : List.copyOf(leaving)) {
            if (!lingering.contains(node) && node.drain()) {
                leaving.remove(node);
                warmUp.gone(node);
                onGone.accept(node);
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

    /** In the order of the last list. Not to be written to. */
    Node[] members() {
        return members;
    }

    Node[] leaving() {
        return leaving.toArray(new Node[0]);
    }

    MembersById byId() {
        return byId;
    }

    private boolean merge(ServiceInstance instance) {
        Node member = byId.member(instance.id());
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
        boolean initial = members.length == 0; // the first ones have nobody who could take their calls meanwhile
        Node node = new Node(instance, ticker, limit, initial, events);
        if (!initial) {
            warmUp.joined(node);
        }
        byId.add(node);
        log.info("{}: {} joined", serviceName, instance);
        listeners.tell(listener -> listener.joined(serviceName, instance));
        watch(node);
    }

    private void comeBack(Node node, ServiceInstance instance) {
        leaving.remove(node);
        endLingering(node);
        changeInPlace(node, instance);
        node.state(node.state().withDraining(false));
        node.undrain();
        byId.add(node);
        log.info("{}: {} is back", serviceName, instance);
        listeners.tell(listener -> listener.returned(serviceName, instance));
        watch(node);
    }

    /** Nothing is known of an instance that nobody watches. */
    private void watch(Node node) {
        if (!health.start(node)) {
            node.state(node.state().withHealth(HealthStatus.UNKNOWN, ""));
        }
    }

    private void beginLeaving(Node node, String why) {
        byId.remove(node);
        health.stop(node);
        node.state(node.state().withDraining(true));
        ServiceInstance instance = node.instance();
        log.info("{}: {} {}, {} calls in flight", serviceName, instance, why, node.inFlight());
        listeners.tell(listener -> listener.draining(serviceName, instance));
        leaving.add(node);
    }

    private static <T> T[] without(T[] all, int place) {
        T[] rest = Arrays.copyOf(all, all.length - 1);
        System.arraycopy(all, place + 1, rest, place, rest.length - place);
        return rest;
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
