package dev.evenkeel.lb.strategy;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How many turns a round robin has taken. Shared by successive selectors, so that a change of the list does not send
 * everybody back to the first place; begins at a random turn for the same reason.
 *
 * <p>One count is exact. It is also what all threads write to, so once two of them have been in each other's way, there are
 * more, each a walk of its own through the list, and each thread has its own as far as possible. Every walk is even, so all
 * together are even up to their number.
 */
final class Rotation {

    /** So many bits of a hash say which walk. */
    private static final int HASH_BITS = 6;

    private static final int MAX_WALKS =
            Math.min(1 << HASH_BITS, Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4));

    /**
     * An increment costs less than a compare-and-set, but never fails, so that it does not notice another one: after one of so
     * many it is looked whether the next turn has been taken already.
     */
    private static final long TURNS_PER_LOOK = 64;

    /** Of so many collisions where there can be no more walks, one makes all threads choose again. */
    private static final int PATIENCE = 64;

    private static final AtomicReferenceFieldUpdater<Rotation, Walk[]> WALKS =
            AtomicReferenceFieldUpdater.newUpdater(Rotation.class, Walk[].class, "walks");

    private final RandomGenerator random;

    /** The only one, until there are more. */
    private final Walk first;

    /** Null while there is one; a power of two of them. Grows, never shrinks; a walk that is there stays. */
    private volatile Walk @Nullable [] walks;

    /** What the id of a thread is multiplied with to find its walk: an odd number. */
    private volatile long multiplier = 0x9E37_79B9_7F4A_7C15L;

    Rotation(RandomGenerator random) {
        this.random = random;
        this.first = newWalk();
    }

    /** The next turn: the next one of its walk that is taken, where there are strides. */
    long next(@Nullable Strides strides) {
        return strides == null ? next() : nextTaken(strides);
    }

    private long next() {
        Walk walk = walk();
        long turn = walk.getAndIncrement();
        if ((turn & (TURNS_PER_LOOK - 1)) == 0 && walk.get() != turn + 1) {
            contended();
        }
        return turn;
    }

    private long nextTaken(Strides strides) {
        Walk walk = walk();
        while (true) {
            long position = walk.get();
            long turn = strides.taken(position);
            if (walk.compareAndSet(position, turn + 1)) {
                return turn;
            }
            walk = contended();
        }
    }

    /** The walk for the calling thread. */
    Walk walk() {
        Walk[] all = walks;
        return all == null ? first : all[(int) (hash() >>> (Long.SIZE - HASH_BITS)) & (all.length - 1)];
    }

    private long hash() {
        return Thread.currentThread().getId() * multiplier;
    }

    /** The calling thread was in the way of another one: the walk that it should use now. */
    Walk contended() {
        Walk[] all = walks;
        if (all == null || all.length < MAX_WALKS) {
            grow(all);
        } else if (random.nextInt(PATIENCE) == 0) {
            multiplier = random.nextLong() | 1;
        }
        return walk();
    }

    /** How many walks there are. */
    int walks() {
        Walk[] all = walks;
        return all == null ? 1 : all.length;
    }

    private void grow(Walk @Nullable [] before) {
        Walk[] all = before == null ? new Walk[] {first} : before;
        Walk[] more = Arrays.copyOf(all, all.length * 2);
        for (int i = all.length; i < more.length; i++) {
            more[i] = newWalk();
        }
        WALKS.compareAndSet(this, before, more); // or another thread has done the same
    }

    private Walk newWalk() {
        return new Walk(random.nextInt() >>> 1);
    }

    /** One count, alone on its cache line. */
    @SuppressWarnings("unused") // the padding is there to take up room
    static final class Walk extends AtomicLong {

        private static final long serialVersionUID = 1L;

        private long p01;
        private long p02;
        private long p03;
        private long p04;
        private long p05;
        private long p06;
        private long p07;
        private long p08;
        private long p09;
        private long p10;
        private long p11;
        private long p12;
        private long p13;
        private long p14;

        Walk(long position) {
            super(position);
        }
    }
}
