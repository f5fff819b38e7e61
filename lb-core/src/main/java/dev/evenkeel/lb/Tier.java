package dev.evenkeel.lb;

import dev.evenkeel.lb.text.Printable;
import java.util.Locale;

/** Candidates that stand together, and what share of the calls they get. */
final class Tier {

    final Key key;

    /** In the order of the members. */
    final Node[] nodes;

    /** More than 0; the shares of all tiers of a pool add up to 1. */
    final double share;

    Tier(Key key, Node[] nodes, double share) {
        this.key = key;
        this.nodes = nodes;
        this.share = share;
    }

    @Override
    public String toString() {
        String zone = key.zone.isEmpty() ? "" : " in " + Printable.of((Object) key.zone);
        return String.format(Locale.ROOT, "priority %d%s (%.0f %%)", key.priority, zone, 100 * share);
    }

    /**
     * What its candidates have in common.
     *
     * @param zone where zones count; else and where it is unknown an empty string
     */
    record Key(int priority, String zone) {}
}
