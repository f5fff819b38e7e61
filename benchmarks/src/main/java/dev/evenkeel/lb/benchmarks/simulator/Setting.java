package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.health.OutlierConfig;

/**
 * What there is beside the strategy.
 *
 * @param outliers whether and when calls take servers out
 * @param probed whether there is a health check, as by default
 * @param tries how often a caller calls, at most, until it is answered; the next time at once
 */
record Setting(OutlierConfig outliers, boolean probed, int tries, ListFault lists) {

    /** The strategy alone: calls take nobody out. */
    static final Setting ALONE = new Setting(OutlierConfig.off(), false, 1, ListFault.NONE);

    /** As a balancer is built that nobody has configured. */
    static final Setting DEFAULT = new Setting(OutlierConfig.defaults(), false, 1, ListFault.NONE);

    Setting withProbes() {
        return new Setting(outliers, true, tries, lists);
    }

    Setting tries(int most) {
        return new Setting(outliers, probed, most, lists);
    }

    Setting lists(ListFault fault) {
        return new Setting(outliers, probed, tries, fault);
    }
}
