package dev.evenkeel.lb;

import dev.evenkeel.lb.health.HealthStatus;

/**
 * Which of the members may be picked, and with what weight. Follows from what is known of them and from nothing else.
 *
 * <ul>
 *   <li>A weight of 0 means never, unless all weights are 0, which means that they are equal.
 *   <li>Those that are sick may not, unless no well one is left: then they may (fail-open), as it is better to try than
 *       to refuse for certain.
 * </ul>
 */
final class Availability {

    final Node[] members;

    /** What is known of each member. */
    final NodeState[] states;

    /** Those that may be picked, in the order of the members; the very same array if all may. */
    final Node[] candidates;

    /** Whether the candidates are sick ones. */
    final boolean failOpen;

    private final boolean allWeightsZero;

    private Availability(Node[] members) {
        this.members = members;
        this.states = NodeState.of(members);
        int weighted = 0;
        int well = 0;
        int weightedAndWell = 0;
        for (NodeState state : states) {
            boolean isWeighted = state.instance().weight() > 0;
            boolean isWell = isWell(state);
            weighted += isWeighted ? 1 : 0;
            well += isWell ? 1 : 0;
            weightedAndWell += isWeighted && isWell ? 1 : 0;
        }
        this.allWeightsZero = weighted == 0;
        int eligible = allWeightsZero ? well : weightedAndWell;
        this.failOpen = eligible == 0 && members.length > 0;
        int anyHealth = allWeightsZero ? members.length : weighted;
        this.candidates = candidates(failOpen ? anyHealth : eligible);
    }

    static Availability of(Node[] members) {
        return new Availability(members);
    }

    static boolean isWell(NodeState state) {
        return state.health() != HealthStatus.UNHEALTHY;
    }

    /** Gives each member the weight that strategies see. Returns whether any has another one than before. */
    boolean applyWeights() {
        boolean changed = false;
        for (int i = 0; i < members.length; i++) {
            double weight = effectiveWeight(states[i]);
            if (members[i].weight() != weight) {
                members[i].weight(weight);
                changed = true;
            }
        }
        return changed;
    }

    /** 0 for all means that they are equal. What has a weight keeps one, however small it is and however cold. */
    private double effectiveWeight(NodeState state) {
        double weight = allWeightsZero ? 1 : state.instance().weight();
        return weight == 0 ? 0 : Math.max(weight * WarmUp.share(state.warmUp()), Double.MIN_VALUE);
    }

    private Node[] candidates(int count) {
        if (count == members.length) {
            return members;
        }
        Node[] chosen = new Node[count];
        for (int i = 0, next = 0; i < members.length; i++) {
            boolean isWeighted = allWeightsZero || states[i].instance().weight() > 0;
            if (isWeighted && (failOpen || isWell(states[i]))) {
                chosen[next++] = members[i];
            }
        }
        return chosen;
    }
}
