package dev.evenkeel.lb.tier;

/**
 * What share of its calls a client sends to each zone: to its own as many as that can bear, the rest to those that have more
 * than they need for their own clients, in proportion to that.
 *
 * <p>Every zone is taken to have as many clients as any other, as nobody knows better. Then the capacity of a zone, relative
 * to what its clients need on average, is
 *
 * <pre>
 * capacity(z)  = zones * available(z) / available in all
 * share(own)   = min(1, 1.4 * capacity(own))
 * share(other) = (1 - share(own)) * surplus(other) / sum of surpluses          surplus = max(0, capacity - 1)
 * </pre>
 *
 * <p>If all clients go by this, no instance gets more than 1.4 times the average, whatever the sizes of the zones are, and
 * one that takes in calls of other zones gets no more than the average: what zones lack and what others have in surplus
 * adds up to the same, and nobody sends away more than it lacks. While all zones are of one size, a zone keeps all of its
 * calls until more than a third of it is out.
 *
 * <p>Example, three zones, the own one first:
 *
 * <pre>
 * 4 4 4   1                        1 4 4   0.47  0.27  0.27
 * 3 4 4   1                        0 4 4   0     0.5   0.5
 * 2 4 4   0.84  0.08  0.08         1 1 10  0.35  0     0.65
 * </pre>
 */
public final class ZoneShares {

    private ZoneShares() {}

    /**
     * The shares; they add up to 1.
     *
     * @param available the weights that are available in each zone, not all 0
     * @param own which of them is the own zone, which may be empty
     */
    public static double[] of(double[] available, int own) {
        double[] capacities = capacities(available);
        double[] shares = new double[capacities.length];
        double kept = Math.min(1, PriorityShares.OVERPROVISIONING * capacities[own]);
        double surplus = 0;
        for (int zone = 0; zone < shares.length; zone++) {
            surplus += surplus(capacities, zone, own);
        }
        for (int zone = 0; kept < 1 && zone < shares.length; zone++) {
            shares[zone] = (1 - kept) * surplus(capacities, zone, own) / surplus;
        }
        shares[own] = kept;
        return shares;
    }

    private static double surplus(double[] capacities, int zone, int own) {
        return zone == own ? 0 : Math.max(0, capacities[zone] - 1);
    }

    /** Their mean is 1. */
    private static double[] capacities(double[] available) {
        double largest = 0;
        for (double weight : available) {
            largest = Math.max(largest, weight);
        }
        double[] capacities = new double[available.length];
        double sum = 0;
        for (int zone = 0; zone < capacities.length; zone++) {
            capacities[zone] = available[zone] / largest; // the sum of the weights may overflow
            sum += capacities[zone];
        }
        for (int zone = 0; zone < capacities.length; zone++) {
            capacities[zone] *= capacities.length / sum;
        }
        return capacities;
    }
}
