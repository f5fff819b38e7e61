package dev.evenkeel.lb.strategy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Which candidate a hash belongs to, looked up in constant time (Eisenbud et al., Maglev: A Fast and Reliable Software
 * Network Load Balancer, NSDI 2016). Every candidate has an order of its own over all slots, from its hash; they take
 * turns, and in its turn each takes the first slot of its order that is still free. When one is taken out, its slots are
 * free for the others, and few others change hands.
 *
 * <p>The example of the paper, seven slots and three candidates, from the test that replays it:
 *
 * <pre>
 *      offset  skip   order            slot    0 1 2 3 4 5 6
 * a         3     4   3 0 4 1 5 2 6            b a b a c c a
 * b         0     2   0 2 4 6 1 3 5
 * c         3     1   3 4 5 6 0 1 2    without b:
 *                                              a a a a c c c
 * </pre>
 *
 * <p>The heaviest take every turn; one of half their weight takes every second one, and all take the first.
 *
 * <p>Immutable. Four bytes for each slot.
 */
final class MaglevTable {

    /** Primes, so that every order visits every slot. Few of them: with another size nearly every key moves. */
    static final int[] SIZES = {65_537, 262_147, 1_048_583, 4_194_319};

    /** With fewer slots for each candidate shares would be coarse. */
    private static final int SLOTS_EACH = 100;

    /** Makes of one hash two that have nothing to do with each other. */
    private static final long SKIP_SALT = 0x9E37_79B9_7F4A_7C15L;

    private final long[] hashes;
    private final double[] weights;
    private final int[] slots;

    private MaglevTable(long[] hashes, double[] weights, int[] slots) {
        this.hashes = hashes;
        this.weights = weights;
        this.slots = slots;
    }

    /** For candidates of these hashes and weights, in an order that must not depend on that of the list. */
    static MaglevTable of(long[] hashes, double[] weights) {
        int size = size(hashes.length);
        int[] offsets = new int[hashes.length];
        int[] skips = new int[hashes.length];
        for (int i = 0; i < hashes.length; i++) {
            offsets[i] = remainder(Rendezvous.mix(hashes[i]), size);
            skips[i] = 1 + remainder(Rendezvous.mix(hashes[i] ^ SKIP_SALT), size - 1);
        }
        return new MaglevTable(hashes, weights, fill(size, offsets, skips, weights));
    }

    static int size(int candidates) {
        for (int size : SIZES) {
            if ((long) candidates * SLOTS_EACH <= size) {
                return size;
            }
        }
        return SIZES[SIZES.length - 1];
    }

    /** Whether the table is of the smallest size, which takes a few milliseconds. */
    static boolean isSmall(int candidates) {
        return size(candidates) == SIZES[0];
    }

    static int[] fill(int size, int[] offsets, int[] skips, double[] weights) {
        int[] slots = new int[size];
        Arrays.fill(slots, -1);
        if (Strides.areEqual(weights)) {
            fillInTurn(slots, offsets.clone(), skips);
        } else {
            fillByWeight(slots, offsets.clone(), skips, weights);
        }
        return slots;
    }

    private static void fillInTurn(int[] slots, int[] next, int[] skips) {
        int i = 0;
        for (int filled = 0; filled < slots.length; filled++) {
            take(slots, next, skips, i);
            i = i + 1 < next.length ? i + 1 : 0;
        }
    }

    private static void fillByWeight(int[] slots, int[] next, int[] skips, double[] weights) {
        double largest = Arrays.stream(weights).max().orElseThrow();
        int[] taken = new int[next.length];
        Rounds rounds = new Rounds(next.length, slots.length);
        int filled = 0;
        for (int round = 0; ; round++) {
            int i = rounds.first(round);
            while (i >= 0) {
                int after = rounds.after(i);
                take(slots, next, skips, i);
                filled++;
                if (filled == slots.length) {
                    return;
                }
                taken[i]++;
                rounds.add(i, Math.max(round + 1, Math.ceil(taken[i] * (largest / weights[i]))));
                i = after;
            }
        }
    }

    /** Takes the first slot of the candidate's order, from where it is, that is free. */
    private static void take(int[] slots, int[] next, int[] skips, int candidate) {
        int skip = skips[candidate];
        int slot = next[candidate];
        while (slots[slot] >= 0) {
            slot = step(slot, skip, slots.length);
        }
        slots[slot] = candidate;
        next[candidate] = step(slot, skip, slots.length);
    }

    private static int step(int slot, int skip, int size) {
        int next = slot + skip;
        return next >= size ? next - size : next;
    }

    /** Whether this is what {@link #of} would make. */
    boolean isFor(long[] otherHashes, double[] otherWeights) {
        return Arrays.equals(hashes, otherHashes) && Arrays.equals(weights, otherWeights);
    }

    /** Which candidate the hash belongs to. */
    int place(long hash) {
        return slots[slot(hash, slots.length)];
    }

    /** Which slot of so many the hash belongs to. */
    static int slot(long hash, int slots) {
        return (int) Math.multiplyHigh(hash >>> 1, (long) slots << 1); // 2^64 in as many parts
    }

    /** The candidates by slot; not to be changed. */
    int[] slots() {
        return slots;
    }

    /** For each candidate of this table its place among others, by their hashes; -1 where it is none of them. */
    int[] placesAmong(long[] others) {
        Map<Long, Integer> places = new HashMap<>();
        for (int i = 0; i < others.length; i++) {
            places.put(others[i], i);
        }
        return Arrays.stream(hashes)
                .mapToInt(hash -> places.getOrDefault(hash, -1))
                .toArray();
    }

    private static int remainder(long hash, int size) {
        return (int) ((hash >>> 1) % size);
    }

    /** Who has a turn in which round: a queue for each round. The heaviest is in all, so that the slots end first. */
    private static final class Rounds {

        private final int[] firsts;
        private final int[] lasts;
        private final int[] afters;

        Rounds(int candidates, int rounds) {
            firsts = new int[rounds];
            lasts = new int[rounds];
            afters = new int[candidates];
            Arrays.fill(firsts, -1);
            for (int i = 0; i < candidates; i++) {
                add(i, 0);
            }
        }

        int first(int round) {
            return firsts[round];
        }

        int after(int candidate) {
            return afters[candidate];
        }

        void add(int candidate, double round) {
            if (round >= firsts.length) {
                return; // the table is full before
            }
            int queue = (int) round;
            afters[candidate] = -1;
            if (firsts[queue] < 0) {
                firsts[queue] = candidate;
            } else {
                afters[lasts[queue]] = candidate;
            }
            lasts[queue] = candidate;
        }
    }
}
