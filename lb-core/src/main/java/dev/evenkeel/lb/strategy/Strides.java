package dev.evenkeel.lb.strategy;

import java.util.Arrays;

/**
 * Which visits of a round robin are taken, so that each place is taken in proportion to its weight and its turns are
 * spread out (static stride, gRPC proposal A58). The heaviest place takes all its visits; a place of half its weight
 * takes every second one. Where in its pattern a place begins depends on the place, so that light ones do not all take
 * the same round. Visits are numbered through the rounds: those of the first round come first.
 *
 * <p>With weights 1, 2 and 4, rounds 0 to 3 ({@code .} is a visit let pass), from the test that replays it:
 *
 * <pre>
 * . . c   a b c   . . c   . b c
 * </pre>
 *
 * <p>The heaviest place takes every visit, so that a search ends after at most one round.
 *
 * <p>Immutable.
 */
final class Strides {

    /** 2<sup>32</sup> divided by the golden ratio: its multiples, modulo 2<sup>32</sup>, are spread out however many. */
    private static final int SPREAD = 0x9E37_79B9;

    private static final double FULL = 0x1p32;

    /** Of 2<sup>32</sup> visits to a place, how many are taken, as an unsigned number; 0 stands for all. */
    private final int[] taken;

    private final Divisor places;

    Strides(double[] weights) {
        double max = Arrays.stream(weights).max().orElseThrow();
        taken = Arrays.stream(weights)
                .mapToInt(weight -> (int) Math.max(1, Math.round(weight / max * FULL)))
                .toArray();
        places = new Divisor(taken.length);
    }

    static boolean areEqual(double[] weights) {
        for (double weight : weights) {
            if (weight != weights[0]) {
                return false;
            }
        }
        return true;
    }

    /** The first visit that is taken, beginning with this one. */
    long taken(long visit) {
        long round = places.quotient(visit);
        int place = places.remainder(visit);
        long next = visit;
        while (!isTaken(place, round)) {
            next++;
            place++;
            if (place == taken.length) {
                place = 0;
                round++;
            }
        }
        return next;
    }

    /** Whether the visit to this place in this round is taken. */
    boolean isTaken(int place, long round) {
        int share = taken[place];
        int phase = share * (int) round + SPREAD * place + Integer.MIN_VALUE; // half a turn from where all would round
        return Integer.compareUnsigned(phase, -share) >= 0; // what overflows is a whole number of turns
    }

    /** After how many rounds everything is as before, if that is after few: at most this many. Else 0. */
    int period(int most) {
        for (int rounds = 1; rounds <= most; rounds++) {
            if (isPeriod(rounds)) {
                return rounds;
            }
        }
        return 0;
    }

    /** Whether in so many rounds each place has a whole number of turns, up to the rounding of the weights. */
    private boolean isPeriod(int rounds) {
        for (int share : taken) {
            boolean hasTurn = share == 0 || Integer.toUnsignedLong(share) * rounds > FULL / 2;
            int rest = share * rounds;
            if (!hasTurn || rest > rounds || rest < -rounds) {
                return false;
            }
        }
        return true;
    }
}
