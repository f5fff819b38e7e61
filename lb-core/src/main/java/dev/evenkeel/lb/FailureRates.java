package dev.evenkeel.lb;

import dev.evenkeel.lb.health.OutlierConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who fails so much more often than the others that it is no accident.
 *
 * <pre>
 * lower = (p + z^2/2n - z * sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)      p: share of failures, n: calls, z = 5
 * lower &gt; max(least share, 3 * median of the others)
 * </pre>
 *
 * <p>Lower bound of a score interval (Wilson 1927). It is far from p where calls are few: 6 of 10 failed is more than 0.1 for
 * certain, 300 of 500 more than 0.48. With z = 5, ten instances that are all alike, looked at each second, lose one less than
 * once in a hundred hours.
 */
final class FailureRates {

    private static final double Z = 5;
    private static final double TIMES_MEDIAN = 3;

    private FailureRates() {}

    /** The calls of one instance in a window. */
    record Rated(Node node, long failures, long calls) {

        double share() {
            return (double) failures / calls;
        }
    }

    /** The outliers, the worst first. */
    static List<Rated> outliers(List<Rated> instances, OutlierConfig config) {
        List<Rated> byShare = new ArrayList<>(instances);
        byShare.removeIf(rated -> rated.calls() < config.minCalls());
        byShare.sort(Comparator.comparingDouble(Rated::share));
        double bound = Math.max(config.minFailureShare(), TIMES_MEDIAN * medianOfOthers(byShare));
        List<Rated> outliers = new ArrayList<>();
        for (int i = byShare.size() - 1; i >= 0; i--) {
            Rated rated = byShare.get(i);
            if (lowerBound(rated.failures(), rated.calls()) > bound) {
                outliers.add(rated);
            }
        }
        return outliers;
    }

    /** Leaves out the worst: any that is not worse than the median of the others is no outlier anyway. */
    private static double medianOfOthers(List<Rated> byShare) {
        int others = byShare.size() - 1;
        return others > 0 ? byShare.get((others - 1) / 2).share() : 0;
    }

    static double lowerBound(long failures, long calls) {
        double share = (double) failures / calls;
        double z2 = Z * Z;
        double spread = Z * Math.sqrt(share * (1 - share) / calls + z2 / (4.0 * calls * calls));
        return (share + z2 / (2.0 * calls) - spread) / (1 + z2 / calls);
    }
}
