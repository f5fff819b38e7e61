package dev.evenkeel.lb;

import dev.evenkeel.lb.health.HealthStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Which of the members may be picked. A pure function of what is known of them.
 *
 * <ul>
 *   <li>A weight of 0 means never, unless all weights are 0, which means that they are equal.
 *   <li>Those that are sick may not, unless no well one is left: then they may (fail-open), as it is better to try than
 *       to refuse for certain.
 * </ul>
 *
 * @param candidates those that may be picked, in the order of the members
 * @param failOpen whether they are sick ones
 * @param allWeightsZero whether all members have a weight of 0
 */
record Availability(List<Node> candidates, boolean failOpen, boolean allWeightsZero) {

    static Availability of(Collection<Node> members) {
        boolean allZero = members.stream().allMatch(node -> node.instance().weight() == 0);
        List<Node> well = new ArrayList<>(members.size());
        List<Node> sick = new ArrayList<>();
        for (Node node : members) {
            if (allZero || node.instance().weight() > 0) {
                (isWell(node.state()) ? well : sick).add(node);
            }
        }
        boolean failOpen = well.isEmpty() && !sick.isEmpty();
        return new Availability(failOpen ? sick : well, failOpen, allZero);
    }

    static boolean isWell(NodeState state) {
        return state.health() != HealthStatus.UNHEALTHY;
    }
}
