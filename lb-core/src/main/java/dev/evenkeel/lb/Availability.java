package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.NodeState.Standing;
import dev.evenkeel.lb.tier.PriorityShares;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which of the members may be picked, and with what weight. Follows from what is known of them and from nothing else.
 *
 * <ul>
 *   <li>A weight of 0 means never, unless all weights are 0, which means that they are equal.
 *   <li>Those that are well may. Those on trial may, one call at a time as long as anybody is well.
 *   <li>Fail-open: when too small a share is well, those that failed some of their calls or asked for a pause make up for it,
 *       the least bad first. When that is nobody, all may, as it is better to try than to refuse for certain. With several
 *       priorities it is too small a share if what is well of all of them has no room for all calls, either.
 * </ul>
 */
final class Availability {

    /** A share of a number of instances may miss a whole number by a rounding; this is far more than that. */
    static final double ROUNDING = 1e-9;

    final Node[] members;

    /** What is known of each member. */
    final NodeState[] states;

    /** Those that may be picked, in the order of the members; the very same array if all may. */
    final Node[] candidates;

    /** Whether some of the candidates are such as would not be if more were well. */
    final boolean failOpen;

    /** Whether all may be picked because nobody is well. */
    final boolean nobodyIsWell;

    final boolean hasOnePriority;

    /** How many members there are that have a weight. */
    final int present;

    /** How many of these are well. */
    final int well;

    private final boolean allWeightsZero;

    private Availability(Node[] members, double panicShare) {
        this.members = members;
        this.states = NodeState.of(members);
        this.allWeightsZero = areAllWeightsZero(states);
        boolean onePriority = true;
        int weightless = 0;
        int wellOnes = 0;
        int onTrial = 0;
        int statistical = 0;
        for (NodeState state : states) {
            onePriority &= state.priority() == states[0].priority();
            if (!hasWeight(state)) {
                weightless++;
                continue;
            }
            switch (state.standing()) {
                case WELL -> wellOnes++;
                case ON_TRIAL -> onTrial++;
                case STATISTICAL -> statistical++;
                case SICK -> {}
            }
        }
        this.present = members.length - weightless;
        this.well = wellOnes;
        this.hasOnePriority = onePriority;
        int lacking = Math.max(0, (int) Math.ceil(panicShare * present - ROUNDING) - well);
        int used = Math.min(lacking, statistical);
        if (used > 0 && !hasOnePriority && prioritiesHaveRoom()) {
            used = 0;
        }
        this.nobodyIsWell = well + used == 0;
        this.failOpen = used > 0 || (nobodyIsWell && members.length > 0);
        if (nobodyIsWell) {
            this.candidates = candidates(present, state -> true);
        } else {
            Set<NodeState> others = used == 0 ? Set.of() : leastBad(used);
            this.candidates = candidates(
                    well + onTrial + used,
                    state -> state.isWell() || state.standing() == Standing.ON_TRIAL || others.contains(state));
        }
    }

    /**
     * Who may be picked of these members.
     *
     * @param panicShare see {@link dev.evenkeel.lb.health.OutlierConfig#panicShare()}
     */
    static Availability of(Node[] members, double panicShare) {
        return new Availability(members, panicShare);
    }

    /**
     * Gives each member the weight that strategies see: 1 to those without, for where all are without. Returns whether any has
     * another one than before.
     */
    boolean applyWeights() {
        boolean changed = false;
        for (int i = 0; i < members.length; i++) {
            Node member = members[i];
            double weight = states[i].weight() > 0 ? states[i].weight() : states[i].warm(1);
            if (member.weight() != weight) {
                member.weight(weight);
                changed = true;
            }
        }
        return changed;
    }

    /** Where nobody is well, a trial is no reason to refuse a call. */
    void applyTrials() {
        if (well < members.length) {
            letTrialsGo(well > 0);
        }
    }

    /** The same for some of the members, which have the last word where nobody of them is well. */
    void applyTrialsOfSome() {
        if (well == 0) {
            letTrialsGo(false);
        }
    }

    private void letTrialsGo(boolean oneAtATime) {
        for (int i = 0; i < members.length; i++) {
            Ejection ejection = states[i].ejection();
            Trial trial = ejection != null ? members[i].trial() : null;
            if (trial != null) {
                trial.oneAtATime(oneAtATime);
            }
        }
    }

    /** Whether one like that gets no calls as it has no weight, and others have one. */
    boolean isWeightless(NodeState state) {
        return !hasWeight(state);
    }

    /** Whether what is well of all priorities can take all calls. */
    private boolean prioritiesHaveRoom() {
        Capacities capacities = new Capacities(states);
        Map<Integer, Integer> places = new HashMap<>();
        for (NodeState state : states) {
            places.putIfAbsent(state.priority(), places.size());
        }
        double[] available = new double[places.size()];
        double[] present = new double[places.size()];
        for (NodeState state : states) {
            int place = requireNonNull(places.get(state.priority()));
            present[place] += capacities.size(state);
            available[place] += state.isWell() || state.standing() == Standing.ON_TRIAL ? capacities.of(state) : 0;
        }
        return PriorityShares.suffice(available, present);
    }

    private Set<NodeState> leastBad(int count) {
        List<NodeState> statistical = new ArrayList<>();
        for (NodeState state : states) {
            if (hasWeight(state) && state.standing() == Standing.STATISTICAL) {
                statistical.add(state);
            }
        }
        statistical.sort(Comparator.comparingDouble(
                state -> requireNonNull(state.ejection()).badness()));
        Set<NodeState> least = Collections.newSetFromMap(new IdentityHashMap<>());
        least.addAll(statistical.subList(0, count));
        return least;
    }

    private Node[] candidates(int count, Predicate<NodeState> mayBePicked) {
        if (count == members.length) {
            return members;
        }
        Node[] chosen = new Node[count];
        for (int i = 0, next = 0; i < members.length; i++) {
            if (hasWeight(states[i]) && mayBePicked.test(states[i])) {
                chosen[next++] = members[i];
            }
        }
        return chosen;
    }

    private static boolean areAllWeightsZero(NodeState[] states) {
        for (NodeState state : states) {
            if (state.weight() > 0) {
                return false;
            }
        }
        return true;
    }

    private boolean hasWeight(NodeState state) {
        return allWeightsZero || state.weight() > 0;
    }
}
