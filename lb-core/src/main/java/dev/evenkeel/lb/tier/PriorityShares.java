package dev.evenkeel.lb.tier;

/**
 * What share of the calls each priority gets, the best one first, by the rule that Envoy made known: a priority takes all
 * that comes to it while 1 / 1.4 = 71 % of it is available, and less in proportion below that. The rest goes on to the next.
 *
 * <pre>
 * health(p) = min(1, 1.4 * available(p) / present(p))
 * share(p)  = min(health(p), what is left over by those before)          all divided by their sum if that is below 1
 * </pre>
 *
 * <p>Example, three priorities of three instances each, and how many of them are available:
 *
 * <pre>
 * 3 3 3   1     0     0            2 3 3   0.93  0.07  0
 * 1 3 3   0.47  0.53  0            0 3 3   0     1     0
 * 1 1 3   0.47  0.47  0.07         1 1 0   0.5   0.5   0
 * </pre>
 */
public final class PriorityShares {

    /** How much more than its share of the whole an instance is trusted with when others are out. */
    public static final double OVERPROVISIONING = 1.4;

    private PriorityShares() {}

    /**
     * The shares; they add up to 1.
     *
     * @param available the weights that are available of each priority, not all 0
     * @param present the weights that there are of each priority, each at least what is available of it
     */
    public static double[] of(double[] available, double[] present) {
        double[] shares = new double[available.length];
        double left = 1;
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            shares[i] = Math.min(health(available[i], present[i]), left);
            left -= shares[i];
            sum += shares[i];
        }
        for (int i = 0; left > 0 && i < shares.length; i++) {
            shares[i] /= sum;
        }
        return shares;
    }

    /** Whether there is room for all calls. If not, all that are available get more than they should. */
    public static boolean suffice(double[] available, double[] present) {
        double left = 1;
        for (int i = 0; i < available.length; i++) {
            left -= health(available[i], present[i]);
        }
        return left <= 0;
    }

    private static double health(double available, double present) {
        return available == 0 ? 0 : Math.min(1, OVERPROVISIONING * (available / present));
    }
}
