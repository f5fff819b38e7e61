package dev.evenkeel.lb;

import com.google.common.collect.ImmutableMap;
import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.Selector;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One version of the pool: all that a pick reads. Immutable, published by one volatile write. */
final class Pool {

    /** Before the first list. */
    static final Pool UNKNOWN = new Pool(
            0, Phase.AWAITING_FIRST_LIST, new Node[0], new NodeState[0], new Node[0], ImmutableMap.of(), null, false);

    enum Phase {
        AWAITING_FIRST_LIST,
        READY,
        CLOSED
    }

    final long version;
    final Phase phase;

    /** All nodes, those that drain included, and what was decided about each. */
    final Node[] nodes;

    final NodeState[] states;

    /** Those that a pick chooses from. */
    final Node[] candidates;

    /** The nodes that are members, by id. */
    private final Map<String, Node> members;

    /** Null when there is no candidate, or the strategy failed to make one. */
    final @Nullable Selector selector;

    final boolean failOpen;

    Pool(
            long version,
            Phase phase,
            Node[] nodes,
            NodeState[] states,
            Node[] candidates,
            Map<String, Node> members,
            @Nullable Selector selector,
            boolean failOpen) {
        this.version = version;
        this.phase = phase;
        this.nodes = nodes;
        this.states = states;
        this.candidates = candidates;
        this.members = members;
        this.selector = selector;
        this.failOpen = failOpen;
    }

    /** The next version, in which only who is there besides the candidates differs. */
    Pool withEverybody(Node[] everybody, NodeState[] theirStates) {
        return new Pool(version + 1, phase, everybody, theirStates, candidates, members, selector, failOpen);
    }

    Pool closed() {
        return new Pool(version + 1, Phase.CLOSED, nodes, states, candidates, members, selector, failOpen);
    }

    /** The node behind a selector's answer, or null if it is none of the candidates. */
    @Nullable Node candidate(@Nullable Candidate answer) {
        return answer instanceof Node node && isCandidate(node) ? node : null;
    }

    /** The candidate with this id. */
    @Nullable Node candidate(String id) {
        Node node = members.get(id);
        return node != null && isCandidate(node) ? node : null;
    }

    boolean isCandidate(Node node) {
        int slot = node.slot;
        if (slot >= 0 && slot < candidates.length && candidates[slot] == node) {
            return true;
        }
        for (Node candidate : candidates) { // the slot may be that of another pool
            if (candidate == node) {
                return true;
            }
        }
        return false;
    }
}
