package dev.evenkeel.lb.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules for one host pattern by their paths, as a tree of segments. A search visits each node at most once, and none below
 * which there are only rules that come after one that matches already. Immutable.
 */
final class PathIndex {

    private final Conditions[] conditions;

    /** Those for exactly this path. */
    private final int[] here;

    /** Those for this path and all below. */
    private final int[] below;

    private final TextTable<PathIndex> literals;
    private final @Nullable PathIndex variable;

    /** The first rule of this node and all below. */
    private final int first;

    private PathIndex(Draft draft, Conditions[] conditions) {
        this.conditions = conditions;
        this.here = ints(draft.here);
        this.below = ints(draft.below);
        Map<String, PathIndex> children = new HashMap<>();
        draft.literals.forEach((segment, child) -> children.put(segment, new PathIndex(child, conditions)));
        this.literals = new TextTable<>(children);
        this.variable = draft.variable == null ? null : new PathIndex(draft.variable, conditions);
        this.first = draft.first;
    }

    /** The first of these rules, all for one host pattern, and what all rules ask. */
    static PathIndex of(List<Integer> rules, Conditions[] conditions) {
        Draft root = new Draft();
        for (int rule : rules) {
            root.add(rule, conditions[rule].path());
        }
        return new PathIndex(root, conditions);
    }

    private static int[] ints(List<Integer> rules) {
        return rules.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * The first rule that matches a request, if there is one before the best so far; else that one.
     *
     * @param path in the form of {@link Paths#canonical}
     */
    int find(RoutedRequest request, String path, int best) {
        return first >= best ? best : find(request, path, 1, best);
    }

    private int find(RoutedRequest request, String path, int start, int bestSoFar) {
        int best = firstOf(below, request, bestSoFar);
        if (start >= path.length()) {
            return firstOf(here, request, best);
        }
        int slash = path.indexOf('/', start);
        int end = slash < 0 ? path.length() : slash;
        PathIndex literal = literals.get(path, start, end);
        if (literal != null && literal.first < best) {
            best = literal.find(request, path, end + 1, best);
        }
        return variable != null && variable.first < best ? variable.find(request, path, end + 1, best) : best;
    }

    private int firstOf(int[] rules, RoutedRequest request, int best) {
        for (int rule : rules) {
            if (rule >= best) {
                return best;
            }
            if (conditions[rule].matchRest(request)) {
                return rule;
            }
        }
        return best;
    }

    /** One node while the tree grows. */
    private static final class Draft {

        private final List<Integer> here = new ArrayList<>();
        private final List<Integer> below = new ArrayList<>();
        private final Map<String, Draft> literals = new HashMap<>();
        private @Nullable Draft variable;
        private int first = Integer.MAX_VALUE;

        /** Rules come in their order. */
        void add(int rule, PathPattern pattern) {
            Draft node = this;
            node.first = Math.min(node.first, rule);
            for (String segment : pattern.segments()) {
                node = segment == null
                        ? node.variable()
                        : node.literals.computeIfAbsent(segment, absent -> new Draft());
                node.first = Math.min(node.first, rule);
            }
            (pattern.isOpen() ? node.below : node.here).add(rule);
        }

        private Draft variable() {
            Draft present = variable;
            if (present == null) {
                present = new Draft();
                variable = present;
            }
            return present;
        }
    }
}
