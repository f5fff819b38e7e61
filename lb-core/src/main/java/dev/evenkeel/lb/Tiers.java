package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.tier.PriorityShares;
import dev.evenkeel.lb.tier.ZoneShares;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where calls go among those that may be picked: first by priority, see {@link PriorityShares}, then by zone, see
 * {@link ZoneShares}. Candidates of one priority and zone are a tier. Follows from an {@link Availability} and from nothing else.
 *
 * <ul>
 *   <li>A tier that gets a share of the calls has a selector of its own, and the shares are drawn. Weights would not do, as
 *       strategies that look at load only divide it by them.
 *   <li>A tier without a share is a reserve, for calls that nobody in the others admits.
 *   <li>Where nobody is well there are no tiers, as whoever answers after all is as good as any other.
 * </ul>
 *
 * <p>Weights count as they are given, not as far as they are warmed up: who adds instances does not take capacity away.
 */
final class Tiers {

    private static final int MAX_DESCRIBED = 5;

    /** Those that may be picked, in the order of tiers; the very same array as before where there is one tier. */
    final Node[] candidates;

    /** How many of them are in tiers that get a share: the first ones. */
    final int inUse;

    /** Where each reserve ends among the candidates, the best one first. */
    final int[] reserveEnds;

    /** Those that get a share, the best one first. */
    private final List<Tier> active;

    private Tiers(Node[] candidates, int inUse, int[] reserveEnds, List<Tier> active) {
        this.candidates = candidates;
        this.inUse = inUse;
        this.reserveEnds = reserveEnds;
        this.active = active;
    }

    /**
     * The tiers of these.
     *
     * @param zone where calls come from; null if zones do not count
     */
    static Tiers of(Availability availability, @Nullable String zone) {
        Node[] candidates = availability.candidates;
        if (candidates.length == 0) {
            return new Tiers(candidates, 0, new int[0], List.of());
        }
        if (availability.nobodyIsWell || (zone == null && availability.hasOnePriority)) {
            Tier.Key key = key(candidates[0].instance(), zone);
            return new Tiers(candidates, candidates.length, new int[0], List.of(new Tier(key, candidates, 1)));
        }
        return new Sorting(availability, zone).sorted();
    }

    /** Gives each candidate its place. */
    void applyPlaces() {
        for (int place = 0; place < candidates.length; place++) {
            candidates[place].slot(place);
        }
    }

    /** Whether several get a share. */
    boolean areSeveral() {
        return active.size() > 1;
    }

    /** Those in the only tier that gets a share, in the order of the members; nobody without candidates. */
    Node[] only() {
        return active.isEmpty() ? candidates : active.get(0).nodes;
    }

    /** Those that get a share, the best one first; none without candidates. */
    List<Tier> active() {
        return active;
    }

    /** What share of the calls the tier of each candidate gets, if any. */
    Map<Node, Double> shares() {
        Map<Node, Double> shares = new HashMap<>();
        for (Tier tier : active) {
            for (Node node : tier.nodes) {
                shares.put(node, tier.share);
            }
        }
        return shares;
    }

    /** Whether other tiers get calls than before, however much each of them gets. */
    boolean areOthersThan(Tiers before) {
        if (active.size() != before.active.size()) {
            return true;
        }
        for (int i = 0; i < active.size(); i++) {
            if (!active.get(i).key.equals(before.active.get(i).key)) {
                return true;
            }
        }
        return false;
    }

    /** Who gets calls, for a log line. */
    String describe() {
        StringJoiner line = new StringJoiner(", ");
        active.stream().limit(MAX_DESCRIBED).map(Tier::toString).forEach(line::add);
        int more = active.size() - MAX_DESCRIBED;
        return more > 0 ? line.add(more + " more").toString() : line.toString();
    }

    private static Tier.Key key(ServiceInstance instance, @Nullable String zone) {
        return new Tier.Key(
                instance.priority(), zone == null ? "" : instance.zone().orElse(""));
    }

    /** Those of one priority and zone, whether they may be picked or not. */
    private static final class Group {

        private final Tier.Key key;
        private final List<Node> candidates = new ArrayList<>();
        private double present;
        private double available;
        private double share;

        Group(Tier.Key key) {
            this.key = key;
        }
    }

    /** Sorts the members by tier. */
    private static final class Sorting {

        private final Availability availability;
        private final Capacities capacities;
        private final @Nullable String zone;
        private final Map<Integer, Map<String, Group>> priorities = new TreeMap<>();

        Sorting(Availability availability, @Nullable String zone) {
            this.availability = availability;
            this.capacities = new Capacities(availability.states);
            this.zone = zone;
            int next = 0;
            for (int i = 0; i < availability.members.length; i++) {
                Node node = availability.members[i];
                boolean candidate = next < availability.candidates.length && availability.candidates[next] == node;
                next += candidate ? 1 : 0;
                add(node, availability.states[i], candidate);
            }
            share();
        }

        private void add(Node node, NodeState state, boolean candidate) {
            double size = capacities.size(state);
            if (size == 0) {
                return;
            }
            Group group = group(key(state.instance(), zone));
            group.present += size;
            if (candidate) {
                group.available += capacities.of(state);
                group.candidates.add(node);
            }
        }

        private Group group(Tier.Key key) {
            return priorities
                    .computeIfAbsent(key.priority(), priority -> new TreeMap<>())
                    .computeIfAbsent(key.zone(), name -> new Group(key));
        }

        private void share() {
            double[] available = new double[priorities.size()];
            double[] present = new double[priorities.size()];
            int place = 0;
            for (Map<String, Group> zones : priorities.values()) {
                for (Group group : zones.values()) {
                    available[place] += group.available;
                    present[place] += group.present;
                }
                place++;
            }
            double[] shares = PriorityShares.of(available, present);
            place = 0;
            for (Map<String, Group> zones : priorities.values()) {
                share(zones.values(), shares[place++]);
            }
        }

        /** The own zone counts as one even if it has nobody. */
        private void share(Collection<Group> zones, double whole) {
            if (whole == 0) {
                return;
            }
            boolean hasOwn = zones.stream().anyMatch(this::isOwn);
            double[] available = new double[zones.size() + (hasOwn ? 0 : 1)];
            int own = zones.size();
            int place = 0;
            for (Group group : zones) {
                own = isOwn(group) ? place : own;
                available[place++] = group.available;
            }
            double[] shares = ZoneShares.of(available, own);
            place = 0;
            for (Group group : zones) {
                group.share = whole * shares[place++];
            }
        }

        private boolean isOwn(Group group) {
            return zone == null || group.key.zone().equals(zone);
        }

        Tiers sorted() {
            Node[] candidates = new Node[availability.candidates.length];
            List<Tier> active = new ArrayList<>();
            int end = 0;
            for (Group group : ordered()) {
                if (group.share > 0) {
                    Node[] nodes = group.candidates.toArray(new Node[0]);
                    active.add(new Tier(group.key, nodes, group.share));
                    System.arraycopy(nodes, 0, candidates, end, nodes.length);
                    end += nodes.length;
                }
            }
            int inUse = end;
            List<Integer> ends = new ArrayList<>();
            Group before = null;
            for (Group group : ordered()) {
                if (group.share > 0 || group.candidates.isEmpty()) {
                    continue;
                }
                for (Node node : group.candidates) {
                    candidates[end++] = node;
                }
                if (before != null && isEqual(before, group)) {
                    ends.remove(ends.size() - 1);
                }
                ends.add(end);
                before = group;
            }
            return new Tiers(
                    candidates, inUse, ends.stream().mapToInt(Integer::intValue).toArray(), active);
        }

        /** By priority, the own zone first. */
        private List<Group> ordered() {
            List<Group> ordered = new ArrayList<>();
            for (Map<String, Group> zones : priorities.values()) {
                zones.values().stream().filter(this::isOwn).forEach(ordered::add);
                zones.values().stream().filter(group -> !isOwn(group)).forEach(ordered::add);
            }
            return ordered;
        }

        /** Of the zones of others none is a better reserve than another. */
        private boolean isEqual(Group one, Group other) {
            return one.key.priority() == other.key.priority() && !isOwn(one) && !isOwn(other);
        }
    }
}
