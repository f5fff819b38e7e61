package dev.evenkeel.lb;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The members by id, for picks that want a certain one. One table for all versions of the pool: a copy for each would cost
 * more than all the rest of a change. Written by the control plane, read by any thread.
 *
 * <p>The table is ahead of the published pool while a change is being made. So that a pick finds whom its pool has, those
 * that are taken out can be found until the pool without them has been published; whoever looks somebody up checks whether
 * that is a candidate of its own pool.
 */
final class MembersById {

    private final Map<String, Node> members = new ConcurrentHashMap<>();

    /** Taken out since the last pool was published. */
    private final Map<String, Node> former = new ConcurrentHashMap<>();

    /** Those that have said that they leave, and get no calls any more but those of their sessions. */
    private final Map<String, Node> lingering = new ConcurrentHashMap<>();

    /** All of them, in no order. */
    Collection<Node> members() {
        return members.values();
    }

    @Nullable Node member(String id) {
        return members.get(id);
    }

    /** Whom {@link #member} answered with before the change that is being made, if that is no longer a member. */
    @Nullable Node former(String id) {
        return former.get(id);
    }

    @Nullable Node lingering(String id) {
        return lingering.get(id);
    }

    void beginLingering(Node node) {
        lingering.put(node.id(), node);
    }

    void endLingering(Node node) {
        lingering.remove(node.id(), node);
    }

    void add(Node node) {
        members.put(node.id(), node);
    }

    /** In this order, so that a pick which looks among the members first finds the node in one of the two. */
    void remove(Node node) {
        former.put(node.id(), node);
        members.remove(node.id(), node);
    }

    /** The pool has been published. A pick that reads an older one and finds nobody starts again with the new one. */
    void published() {
        if (!former.isEmpty()) {
            former.clear();
        }
    }
}
