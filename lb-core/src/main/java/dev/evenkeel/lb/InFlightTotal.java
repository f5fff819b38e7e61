package dev.evenkeel.lb;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The calls in flight of all candidates together. Costs nothing as long as no strategy asks for it; from then on each
 * begin and each end of a call is a step of a striped counter. Belongs to the control plane, but for reading.
 */
final class InFlightTotal {

    private final LongAdder calls = new LongAdder();

    /** Whether a strategy has asked for it. A balancer has one strategy, so that this is for good. */
    private boolean counting;

    /** Begins to count the calls of these. */
    LongSupplier count(Node[] candidates) {
        counting = true;
        countThese(candidates);
        return this::sum;
    }

    /** From now on these are the candidates, out of everybody. */
    void candidatesAre(Node[] candidates, Node[] everybody) {
        if (!counting) {
            return;
        }
        Set<Node> counted = new HashSet<>(Arrays.asList(candidates));
        for (Node node : everybody) {
            if (!counted.contains(node)) {
                node.countAlone();
            }
        }
        countThese(candidates);
    }

    private void countThese(Node[] candidates) {
        for (Node candidate : candidates) {
            candidate.countIn(calls);
        }
    }

    /** Each begin and end is added on its own, so that an end may be seen without its begin. */
    private long sum() {
        return Math.max(0, calls.sum());
    }
}
