package dev.evenkeel.lb.strategy;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Draws an index in proportion to weights, in constant time (Vose, A Linear Algorithm for Generating Random Numbers with
 * a Given Distribution, 1991). Immutable.
 *
 * <p>Every column is as high as the mean weight, and is shared by at most two indices: its own up to a threshold, and
 * above it an index that is heavier than the mean. With weights 1, 2 and 3 (mean 2): column 0 is half 0 and half 2, the
 * others are full.
 */
final class AliasTable {

    private final double[] thresholds;
    private final int[] aliases;

    AliasTable(double[] weights) {
        int n = weights.length;
        thresholds = new double[n];
        aliases = new int[n];
        double largest = Arrays.stream(weights).max().orElseThrow();
        double[] scaled = Arrays.stream(weights).map(weight -> weight / largest).toArray();
        double mean = Arrays.stream(scaled).sum() / n;
        int[] pending = new int[n]; // light ones from the left, heavy ones from the right
        int light = 0;
        int heavy = n;
        for (int i = 0; i < n; i++) {
            scaled[i] /= mean;
            if (scaled[i] < 1) {
                pending[light++] = i;
            } else {
                pending[--heavy] = i;
            }
        }
        while (light > 0 && heavy < n) {
            int filled = pending[--light];
            int filler = pending[heavy];
            thresholds[filled] = scaled[filled];
            aliases[filled] = filler;
            scaled[filler] -= 1 - scaled[filled];
            if (scaled[filler] < 1) {
                heavy++;
                pending[light++] = filler;
            }
        }
        for (int i = heavy; i < n; i++) {
            fill(pending[i]);
        }
        while (light > 0) { // left over by rounding
            fill(pending[--light]);
        }
    }

    int draw(RandomGenerator random) {
        int column = random.nextInt(thresholds.length);
        return random.nextDouble() < thresholds[column] ? column : aliases[column];
    }

    private void fill(int column) {
        thresholds[column] = 1;
        aliases[column] = column;
    }
}
