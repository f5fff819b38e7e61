package dev.evenkeel.lb;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The calls in flight of all candidates together. Costs nothing as long as no strategy asks for it; from then on each
 * begin and each end of a call is a step of a striped counter. Where several tiers get calls, those of each are added up
 * when they are asked for: a node that changed from the counter of one to that of another would be counted wrong. Belongs to
 * the control plane, but for reading.
 */
final class InFlightTotal {

    private final LongAdder calls = new LongAdder();

    /** Whether a strategy has asked for it. A balancer has one strategy, so that this is for good. */
    private boolean counting;

    private boolean severalTiers;

    /** One that adds up, for some of the nodes of which another one counts the calls. */
    static InFlightTotal ofSome() {
        InFlightTotal total = new InFlightTotal();
        total.severalTiers = true;
        return total;
    }

    /** Begins to count the calls of these. */
    LongSupplier count(Node[] candidates) {
        if (severalTiers) {
            return () -> sum(candidates);
        }
        counting = true;
        countThese(candidates);
        return this::sum;
    }

    /** From now on these are the candidates: some of the members, in their order. */
    void candidatesAre(Node[] candidates, Node[] members, Node[] leaving) {
        severalTiers = false;
        if (!counting) {
            return;
        }
        int next = 0;
        for (Node member : members) {
            if (next < candidates.length && candidates[next] == member) {
                next++;
            } else {
                member.countAlone();
            }
        }
        for (Node node : leaving) {
            node.countAlone();
        }
        countThese(candidates);
    }

    /** From now on there are several tiers. */
    void areSeveralTiers(Node[] members, Node[] leaving) {
        if (!severalTiers) {
            candidatesAre(new Node[0], members, leaving);
            severalTiers = true;
        }
    }

    private void countThese(Node[] candidates) {
        for (Node candidate : candidates) {
            candidate.countIn(calls);
        }
    }

    private static long sum(Node[] candidates) {
        long sum = 0;
        for (Node candidate : candidates) {
            sum += candidate.inFlight();
        }
        return sum;
    }

    /** Each begin and end is added on its own, so that an end may be seen without its begin. */
    private long sum() {
        return Math.max(0, calls.sum());
    }
}
