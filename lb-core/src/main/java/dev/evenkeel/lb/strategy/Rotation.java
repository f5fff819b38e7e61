package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.concurrent.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
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

    /** Keeps the count away from what comes before it in memory, such as the rotation, which all threads read. */
    @SuppressWarnings("unused") // the padding is there to take up room
    private abstract static class Before {

        private long b01;
        private long b02;
        private long b03;
        private long b04;
        private long b05;
        private long b06;
        private long b07;
        private long b08;
        private long b09;
        private long b10;
        private long b11;
        private long b12;
        private long b13;
        private long b14;
    }

    private abstract static class Count extends Before {

        static final VarHandle COUNT = Fields.of(MethodHandles.lookup(), "count", long.class);

        volatile long count;
    }

    /** One count, alone on its cache lines: those on which processors fetch it, which are two. */
    @SuppressWarnings("unused") // the padding is there to take up room
    static final class Walk extends Count {

        private long a01;
        private long a02;
        private long a03;
        private long a04;
        private long a05;
        private long a06;
        private long a07;
        private long a08;
        private long a09;
        private long a10;
        private long a11;
        private long a12;
        private long a13;
        private long a14;

        Walk(long position) {
            this.count = position;
        }

        long get() {
            return count;
        }

        void set(long position) {
            count = position;
        }

        long getAndIncrement() {
            return (long) COUNT.getAndAdd(this, 1L);
        }

        boolean compareAndSet(long position, long next) {
            return COUNT.compareAndSet(this, position, next);
        }
    }
}
