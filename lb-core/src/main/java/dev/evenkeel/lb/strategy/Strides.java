package dev.evenkeel.lb.strategy;

import java.util.Arrays;

/**
 * Which visits of a round robin are taken, so that each place is taken in proportion to its weight and its turns are
 * spread out (static stride, gRPC proposal A58). The heaviest place takes all its visits; a place of half its weight
 * takes every second one. Where in its pattern a place begins depends on the place, so that light ones do not all take
 * the same round.
 *
 * <p>With weights 1, 2 and 4, rounds 0 to 3 in a row ({@code .} is a visit let pass), from the test that replays it:
 *
 * <pre>
 * . b c   . . c   . b c   a . c
 * </pre>
 *
 * <p>Weights are clamped to between a tenth and ten times their mean, which bounds the search to about ten rounds.
 */
final class Strides {

    private static final int FULL = 0xFFFF;
    private static final double MAX_RATIO = 10;

    /** Of 65,535 visits to a place, how many are taken. */
    private final int[] taken;

    Strides(double[] weights) {
        double mean = mean(weights);
        double[] clamped = Arrays.stream(weights)
                .map(weight -> Math.min(Math.max(weight, mean / MAX_RATIO), mean * MAX_RATIO))
                .toArray();
        double max = Arrays.stream(clamped).max().orElseThrow();
        taken = Arrays.stream(clamped)
                .mapToInt(weight -> Math.max(1, (int) Math.round(weight / max * FULL)))
                .toArray();
    }

    static boolean areEqual(double[] weights) {
        return Arrays.stream(weights).allMatch(weight -> weight == weights[0]);
    }

    /** Whether the visit to this place in this round, which is not negative, is taken. */
    boolean isTaken(int place, long round) {
        long share = taken[place];
        long phase = (share * (round % FULL) + (FULL / 2L) * place) % FULL;
        return phase >= FULL - share;
    }

    /** The mean, without overflow for weights up to the largest number. */
    private static double mean(double[] weights) {
        double mean = 0;
        for (double weight : weights) {
            mean += weight / weights.length;
        }
        return mean;
    }
}
