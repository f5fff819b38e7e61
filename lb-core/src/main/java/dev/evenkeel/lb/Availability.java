package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.health.HealthStatus;
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

    /** What part of its weight counts of one on trial: enough for its tier to get the calls that show whether it is well. */
    private static final double TRIAL_PART = 0.1;

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

    /** The largest weight. 0 for all means that they are equal. */
    private final double heaviest;

    private Availability(Node[] members, double panicShare) {
        this.members = members;
        this.states = NodeState.of(members);
        this.heaviest = heaviest(states);
        int weightless = 0;
        int wellOnes = 0;
        int onTrial = 0;
        int statistical = 0;
        for (NodeState state : states) {
            switch (standing(state)) {
                case WEIGHTLESS -> weightless++;
                case WELL -> wellOnes++;
                case ON_TRIAL -> onTrial++;
                case STATISTICAL -> statistical++;
                case SICK -> {}
            }
        }
        this.present = members.length - weightless;
        this.well = wellOnes;
        this.hasOnePriority = hasOnePriority(states);
        int lacking = Math.max(0, (int) Math.ceil(panicShare * present) - well);
        int used = Math.min(lacking, statistical);
        if (used > 0 && !hasOnePriority && prioritiesHaveRoom()) {
            used = 0;
        }
        this.nobodyIsWell = well + used == 0;
        this.failOpen = used > 0 || (nobodyIsWell && members.length > 0);
        if (nobodyIsWell) {
            this.candidates = candidates(present, standing -> standing != Standing.WEIGHTLESS, Set.of());
        } else {
            this.candidates = candidates(
                    well + onTrial + used,
                    standing -> standing == Standing.WELL || standing == Standing.ON_TRIAL,
                    used == 0 ? Set.of() : leastBad(used));
        }
    }

    /** What speaks for a member and against it. */
    private enum Standing {
        WELL,
        ON_TRIAL,
        /** It failed some of its calls, or asked for a pause. */
        STATISTICAL,
        /** It fails its health check, or all of its calls. */
        SICK,
        WEIGHTLESS
    }

    /**
     * Who may be picked of these members.
     *
     * @param panicShare see {@link dev.evenkeel.lb.health.OutlierConfig#panicShare()}
     */
    static Availability of(Node[] members, double panicShare) {
        return new Availability(members, panicShare);
    }

    /** Whether neither its health check nor its calls speak against it. */
    static boolean isWell(NodeState state) {
        return state.health() != HealthStatus.UNHEALTHY && state.ejection() == null;
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

    /** Where nobody is well, a trial is no reason to refuse a call. */
    void applyTrials() {
        for (int i = 0; i < members.length; i++) {
            Ejection ejection = states[i].ejection();
            Trial trial = ejection != null ? members[i].trial() : null;
            if (trial != null) {
                trial.oneAtATime(well > 0);
            }
        }
    }

    /** The weight of a member, warmed up or not, as a part of the largest one; 0 for those without weight. */
    double size(NodeState state) {
        if (heaviest == 0) {
            return 1;
        }
        double weight = state.instance().weight();
        return weight == 0 ? 0 : Math.max(weight / heaviest, Double.MIN_NORMAL);
    }

    /** What a candidate adds to what its tier can take, in the same measure. */
    double capacity(NodeState state) {
        return size(state) * (standing(state) == Standing.ON_TRIAL ? TRIAL_PART : 1);
    }

    /** Whether what is well of all priorities can take all calls. */
    private boolean prioritiesHaveRoom() {
        Map<Integer, Integer> places = new HashMap<>();
        for (NodeState state : states) {
            places.putIfAbsent(state.instance().priority(), places.size());
        }
        double[] available = new double[places.size()];
        double[] present = new double[places.size()];
        for (NodeState state : states) {
            int place = requireNonNull(places.get(state.instance().priority()));
            Standing standing = standing(state);
            present[place] += size(state);
            available[place] += standing == Standing.WELL || standing == Standing.ON_TRIAL ? capacity(state) : 0;
        }
        return PriorityShares.suffice(available, present);
    }

    private static boolean hasOnePriority(NodeState[] states) {
        for (NodeState state : states) {
            if (state.instance().priority() != states[0].instance().priority()) {
                return false;
            }
        }
        return true;
    }

    /** What has a weight keeps one, however small it is and however cold. */
    private double effectiveWeight(NodeState state) {
        double weight = heaviest == 0 ? 1 : state.instance().weight();
        return weight == 0 ? 0 : Math.max(weight * WarmUp.share(state.warmUp()), Double.MIN_VALUE);
    }

    private Standing standing(NodeState state) {
        if (heaviest > 0 && state.instance().weight() == 0) {
            return Standing.WEIGHTLESS;
        }
        if (state.health() == HealthStatus.UNHEALTHY) {
            return Standing.SICK;
        }
        Ejection ejection = state.ejection();
        if (ejection == null) {
            return Standing.WELL;
        }
        if (ejection.onTrial()) {
            return Standing.ON_TRIAL;
        }
        return ejection.isStatistical() ? Standing.STATISTICAL : Standing.SICK;
    }

    private Set<NodeState> leastBad(int count) {
        List<NodeState> statistical = new ArrayList<>();
        for (NodeState state : states) {
            if (standing(state) == Standing.STATISTICAL) {
                statistical.add(state);
            }
        }
        statistical.sort(Comparator.comparingDouble(
                state -> requireNonNull(state.ejection()).badness()));
        Set<NodeState> least = Collections.newSetFromMap(new IdentityHashMap<>());
        least.addAll(statistical.subList(0, count));
        return least;
    }

    private Node[] candidates(int count, Predicate<Standing> mayBePicked, Set<NodeState> others) {
        if (count == members.length) {
            return members;
        }
        Node[] chosen = new Node[count];
        for (int i = 0, next = 0; i < members.length; i++) {
            if (mayBePicked.test(standing(states[i])) || others.contains(states[i])) {
                chosen[next++] = members[i];
            }
        }
        return chosen;
    }

    private static double heaviest(NodeState[] states) {
        double heaviest = 0;
        for (NodeState state : states) {
            heaviest = Math.max(heaviest, state.instance().weight());
        }
        return heaviest;
    }
}
