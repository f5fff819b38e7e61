package dev.evenkeel.lb;

/** How much each member can take in relation to the others, by its weight as it was given: warmed up or not. */
final class Capacities {

    /** What part of its weight counts of one on trial: enough for its tier to get the calls that show whether it is well. */
    private static final double TRIAL_PART = 0.1;

    /** The largest weight. 0 for all means that they are equal. */
    private final double heaviest;

    Capacities(NodeState[] states) {
        double largest = 0;
        for (NodeState state : states) {
            largest = Math.max(largest, state.instance().weight());
        }
        this.heaviest = largest;
    }

    /** The weight of a member as a part of the largest one; 0 for those without weight. */
    double size(NodeState state) {
        if (heaviest == 0) {
            return 1;
        }
        double weight = state.instance().weight();
        return weight == 0 ? 0 : Math.max(weight / heaviest, Double.MIN_NORMAL);
    }

    /** What a candidate adds to what its tier can take, in the same measure. */
    double of(NodeState state) {
        return size(state) * (state.standing() == NodeState.Standing.ON_TRIAL ? TRIAL_PART : 1);
    }
}
