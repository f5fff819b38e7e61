package dev.evenkeel.lb;

import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One version of the pool: all that a pick reads. Immutable, published by one volatile write. */
final class Pool {

    /** Before the first list. */
    static final Pool UNKNOWN = new Pool(
            0,
            Phase.AWAITING_FIRST_LIST,
            Availability.of(new Node[0], 0),
            Tiers.of(Availability.of(new Node[0], 0), null),
            new Node[0],
            new NodeState[0],
            new MembersById(),
            null,
            null,
            null,
            null);

    enum Phase {
        AWAITING_FIRST_LIST,
        READY,
        CLOSED
    }

    final long version;
    final Phase phase;

    /** Who is a member, and what was decided about each. */
    private final Availability availability;

    private final Tiers tiers;

    /** Those that drain, and what was decided about each. */
    private final Node[] leaving;

    private final NodeState[] leavingStates;

    /** Those that a pick chooses from: those that the selector has, then the reserves. */
    final Node[] candidates;

    /** How many the selector has. */
    final int inUse;

    /** Common to all versions, so that who is found there need not be in this one. */
    private final MembersById byId;

    /** Null when there is no candidate, or the strategy failed to make one. */
    final @Nullable Selector selector;

    /** Where each candidate of the newest pool of the whole is in this one, which is of a view; null in that of the whole. */
    private final int @Nullable [] places;

    final boolean failOpen;

    /** Null where it has no bound. */
    private final @Nullable SessionLoad sessionLoad;

    /** Who belongs to the view; null for all. */
    private final @Nullable Predicate<NodeState> part;

    private Pool(
            long version,
            Phase phase,
            Availability availability,
            Tiers tiers,
            Node[] leaving,
            NodeState[] leavingStates,
            MembersById byId,
            @Nullable Selector selector,
            @Nullable SessionLoad sessionLoad,
            int @Nullable [] places,
            @Nullable Predicate<NodeState> part) {
        this.version = version;
        this.phase = phase;
        this.availability = availability;
        this.tiers = tiers;
        this.leaving = leaving;
        this.leavingStates = leavingStates;
        this.candidates = tiers.candidates;
        this.inUse = tiers.inUse;
        this.byId = byId;
        this.selector = selector;
        this.places = places;
        this.failOpen = availability.failOpen;
        this.sessionLoad = sessionLoad;
        this.part = part;
    }

    /** The next version. */
    Pool next(
            Availability next,
            Tiers nowTiers,
            Node[] nowLeaving,
            MembersById members,
            @Nullable Selector choice,
            @Nullable SessionLoad load) {
        return new Pool(
                version + 1,
                Phase.READY,
                next,
                nowTiers,
                nowLeaving,
                NodeState.of(nowLeaving),
                members,
                choice,
                load,
                null,
                null);
    }

    /** The next version of a view of those that pass, after this pool of the whole. */
    Pool nextOfSome(
            Pool whole,
            Predicate<NodeState> passes,
            Availability next,
            Tiers nowTiers,
            @Nullable Selector choice,
            @Nullable SessionLoad load) {
        Node[] nowLeaving = some(whole.leaving, whole.leavingStates, passes);
        return new Pool(
                version + 1,
                whole.phase,
                next,
                nowTiers,
                nowLeaving,
                NodeState.of(nowLeaving),
                whole.byId,
                choice,
                load,
                whole.placesOf(nowTiers.candidates),
                passes);
    }

    private int[] placesOf(Node[] some) {
        int[] found = new int[candidates.length];
        for (int place = 0; place < some.length; place++) {
            int slot = some[place].slot();
            if (slot >= 0 && slot < found.length && candidates[slot] == some[place]) {
                found[slot] = place;
            }
        }
        return found;
    }

    /** The next version, in which only who drains differs. */
    Pool withLeaving(Node[] nowLeaving) {
        return like(phase, nowLeaving, NodeState.of(nowLeaving));
    }

    Pool closed() {
        return like(Phase.CLOSED, leaving, leavingStates);
    }

    /** The next version, with the same choice. */
    private Pool like(Phase nextPhase, Node[] nextLeaving, NodeState[] nextStates) {
        return new Pool(
                version + 1,
                nextPhase,
                availability,
                tiers,
                nextLeaving,
                nextStates,
                byId,
                selector,
                sessionLoad,
                places,
                part);
    }

    /** Those members that pass, in their order. */
    Node[] members(Predicate<NodeState> passes) {
        return some(availability.members, availability.states, passes);
    }

    private static Node[] some(Node[] nodes, NodeState[] states, Predicate<NodeState> passes) {
        List<Node> some = new ArrayList<>();
        for (int i = 0; i < nodes.length; i++) {
            if (passes.test(states[i])) {
                some.add(nodes[i]);
            }
        }
        return some.toArray(new Node[0]);
    }

    /** Whether it gets no calls as it has no weight, and others do. */
    boolean isWeightless(NodeState state) {
        return availability.isWeightless(state);
    }

    /** How many there are, those that drain included. */
    int size() {
        return availability.members.length + leaving.length;
    }

    /** Shows everybody, those that drain last, and what was decided about each. */
    void forEach(BiConsumer<Node, NodeState> visitor) {
        for (int i = 0; i < availability.members.length; i++) {
            visitor.accept(availability.members[i], availability.states[i]);
        }
        for (int i = 0; i < leaving.length; i++) {
            visitor.accept(leaving[i], leavingStates[i]);
        }
    }

    /** Where each reserve ends among the candidates, the best one first: for calls that nobody before it admits. */
    int[] reserveEnds() {
        return tiers.reserveEnds;
    }

    /** What share of the calls the tier of each candidate gets, if any. */
    Map<Node, Double> shares() {
        return tiers.shares();
    }

    /** Whether calls go to other tiers than before: of those that are well, if any are. */
    boolean hasOtherTiersThan(Pool before) {
        return hasTiers() && before.hasTiers() && tiers.areOthersThan(before.tiers);
    }

    private boolean hasTiers() {
        return candidates.length > 0 && !availability.nobodyIsWell;
    }

    /** Which tiers get calls, for a log line. */
    String describeTiers() {
        return tiers.describe();
    }

    /** Whether any call is in flight. */
    boolean isBusy() {
        return isBusy(availability.members) || isBusy(leaving);
    }

    private static boolean isBusy(Node[] nodes) {
        for (Node node : nodes) {
            if (node.inFlight() > 0) {
                return true;
            }
        }
        return false;
    }

    /** The node behind a selector's answer, or null if it is none of those that the selector has. */
    @Nullable Node candidate(@Nullable Candidate answer) {
        return answer instanceof Node node && isInUse(node) ? node : null;
    }

    /** The candidate with this id. */
    @Nullable Node candidate(String id) {
        Node member = byId.member(id);
        if (member != null && isCandidate(member)) {
            return member;
        }
        Node former = byId.former(id);
        return former != null && isCandidate(former) ? former : null;
    }

    /** Who keeps its sessions, of this id: a candidate, or one that is well, but has no weight or is about to leave. */
    @Nullable Node keeperOfSessions(String id) {
        Node candidate = candidate(id);
        if (candidate != null) {
            return candidate;
        }
        Node member = byId.member(id);
        Node keeper = member == null ? byId.lingering(id) : member.state().isWell() ? member : null;
        return keeper != null && (part == null || part.test(keeper.state())) ? keeper : null;
    }

    /** Whether one more call of a session would not make it too busy, compared with the others. */
    boolean allowsSessionAt(Node node) {
        return sessionLoad == null || sessionLoad.allows(node);
    }

    boolean isCandidate(Node node) {
        return isAmongFirst(candidates.length, node);
    }

    /** Whether it is one that the selector has. */
    boolean isInUse(Node node) {
        return isAmongFirst(inUse, node);
    }

    private boolean isAmongFirst(int count, Node node) {
        int slot = place(node);
        if (slot >= 0 && slot < count && candidates[slot] == node) {
            return true;
        }
        for (int i = 0; i < count; i++) { // the slot may be that of another pool
            if (candidates[i] == node) {
                return true;
            }
        }
        return false;
    }

    /** A hint. */
    private int place(Node node) {
        int slot = node.slot();
        int[] ofView = places;
        if (ofView == null) {
            return slot;
        }
        return slot >= 0 && slot < ofView.length ? ofView[slot] : -1;
    }
}
