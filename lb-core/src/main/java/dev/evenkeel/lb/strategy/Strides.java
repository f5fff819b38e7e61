package dev.evenkeel.lb.strategy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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
 * <p>The heaviest place takes every visit, so that a search ends after at most one round.
 */
final class Strides {

    private static final int FULL = 1 << 16;

    /** 65,536 divided by the golden ratio: multiples of it, modulo 65,536, are spread out however many there are. */
    private static final int SPREAD = 40_503;

    /** Of 65,536 visits to a place, how many are taken. */
    private final int[] taken;

    Strides(double[] weights) {
        double max = Arrays.stream(weights).max().orElseThrow();
        taken = Arrays.stream(weights)
                .mapToInt(weight -> Math.max(1, (int) Math.round(weight / max * FULL)))
                .toArray();
    }

    /** Null where all weights are equal, so that every visit is taken. */
    static @Nullable Strides of(double[] weights) {
        return areEqual(weights) ? null : new Strides(weights);
    }

    static boolean areEqual(double[] weights) {
        for (double weight : weights) {
            if (weight != weights[0]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the visit to this place in this round is taken. */
    boolean isTaken(int place, long round) {
        int share = taken[place];
        int phase = (share * (int) round + SPREAD * place) & (FULL - 1); // what overflows is a multiple of FULL
        return phase >= FULL - share;
    }
}
