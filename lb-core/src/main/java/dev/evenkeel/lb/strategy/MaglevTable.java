package dev.evenkeel.lb.strategy;

import java.util.Arrays;

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

    static int[] fill(int size, int[] offsets, int[] skips, double[] weights) {
        int[] slots = new int[size];
        Arrays.fill(slots, -1);
        double largest = Arrays.stream(weights).max().orElseThrow();
        int[] next = offsets.clone();
        int[] taken = new int[offsets.length];
        Turns turns = new Turns(offsets.length, size);
        int filled = 0;
        for (int round = 0; ; round++) {
            int i = turns.first(round);
            while (i >= 0) {
                int after = turns.after(i);
                int slot = next[i];
                while (slots[slot] >= 0) {
                    slot = step(slot, skips[i], size);
                }
                slots[slot] = i;
                next[i] = step(slot, skips[i], size);
                filled++;
                if (filled == size) {
                    return slots;
                }
                taken[i]++;
                turns.add(i, Math.max(round + 1, Math.ceil(taken[i] * (largest / weights[i]))));
                i = after;
            }
        }
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
        return slots[remainder(hash, slots.length)];
    }

    private static int remainder(long hash, int size) {
        return (int) ((hash >>> 1) % size);
    }

    /** Who has a turn in which round: a queue for each round. The heaviest is in all, so that the slots end first. */
    private static final class Turns {

        private final int[] firsts;
        private final int[] lasts;
        private final int[] afters;

        Turns(int candidates, int rounds) {
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
