package dev.evenkeel.lb;

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

    /**
     * What its candidates have in common.
     *
     * @param zone where zones count; else and where it is unknown an empty string
     */
    record Key(int priority, String zone) {}
}
