package dev.evenkeel.lb.strategy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which candidate has which turn of a round robin, in proportion to weights, see {@link Strides}. With equal weights the
 * turns are those of the list. So they are with weights whose pattern is soon as it was at the beginning, such as 4, 5, 6
 * or 1, 99: once the pattern is written down, nobody has to let visits pass. With others a turn is a visit that is taken.
 *
 * <p>Immutable.
 */
final class TurnOrder {

    /** How many visits are gone through to write a pattern down: an amount for any list, and so many for each candidate. */
    private static final int VISITS = 4096;

    private static final int VISITS_EACH = 16;

    private final Candidate[] turns;
    private final Divisor count;

    /** Null where every turn is taken. */
    private final @Nullable Strides strides;

    private TurnOrder(Candidate[] turns, @Nullable Strides strides) {
        this.turns = turns;
        this.count = new Divisor(turns.length);
        this.strides = strides;
    }

    static TurnOrder of(Candidate[] candidates, double[] weights) {
        if (Strides.areEqual(weights)) {
            return new TurnOrder(candidates, null);
        }
        Strides strides = new Strides(weights);
        int period = strides.period(VISITS / candidates.length + VISITS_EACH);
        return period == 0
                ? new TurnOrder(candidates, strides)
                : new TurnOrder(pattern(candidates, strides, period), null);
    }

    private static Candidate[] pattern(Candidate[] candidates, Strides strides, int rounds) {
        Candidate[] turns = new Candidate[candidates.length * rounds];
        int count = 0;
        for (int round = 0; round < rounds; round++) {
            for (int place = 0; place < candidates.length; place++) {
                if (strides.isTaken(place, round)) {
                    turns[count++] = candidates[place];
                }
            }
        }
        return Arrays.copyOf(turns, count);
    }

    /** Whose turn it is now. */
    Candidate next(Rotation rotation) {
        return turns[count.remainder(rotation.next(strides))];
    }
}
