package dev.evenkeel.lb.strategy;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where a round robin stands: a round and a place in it, in one word. Shared by successive selectors, so that a change of
 * the list does not send everybody back to the first place; begins at a random place for the same reason.
 *
 * <p>One word is exact. It is also what all threads write to, so once two of them have been in each other's way, there are
 * more, each with a walk of its own through the list, and each thread has its own as far as possible. Every walk is even,
 * so all together are even up to their number.
 */
final class Rotation {

    private static final int MAX_WALKS =
            Math.min(64, Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4));

    private static final long PLACE = 0xFFFF_FFFFL;

    private static final AtomicReferenceFieldUpdater<Rotation, Walk[]> WALKS =
            AtomicReferenceFieldUpdater.newUpdater(Rotation.class, Walk[].class, "walks");

    private final RandomGenerator random;

    /** A power of two of them. Grows, never shrinks; a walk that is there stays. */
    private volatile Walk[] walks;

    Rotation(RandomGenerator random, int size) {
        this.random = random;
        this.walks = new Walk[] {newWalk(size)};
    }

    /** The next place in a list of that size: every visit is taken where there are no strides. */
    int next(int size, @Nullable Strides strides) {
        Walk walk = walk();
        while (true) {
            long position = walk.get();
            int place = place(position);
            long round = round(position);
            if (place >= size) { // left there by a longer list
                place = 0;
                round++;
            }
            if (strides != null) {
                while (!strides.isTaken(place, round)) {
                    place++;
                    if (place == size) {
                        place = 0;
                        round++;
                    }
                }
            }
            if (walk.compareAndSet(position, after(place, round, size))) {
                return place;
            }
            walk = contended(size);
        }
    }

    /** The walk for the calling thread. */
    Walk walk() {
        Walk[] all = walks;
        return all.length == 1 ? all[0] : all[(int) Thread.currentThread().getId() & (all.length - 1)];
    }

    /** The calling thread was in the way of another one: the walk that it should use now. */
    Walk contended(int size) {
        Walk[] all = walks;
        if (all.length < MAX_WALKS) {
            grow(all, size);
        }
        return walk();
    }

    /** How many walks there are. */
    int walks() {
        return walks.length;
    }

    static int place(long position) {
        return (int) (position & PLACE);
    }

    static long round(long position) {
        return position >>> 32;
    }

    /** The position after this one in a list of that size. The last round is followed by the first. */
    static long after(int place, long round, int size) {
        return place + 1 < size ? (round << 32) | (place + 1) : (round + 1) << 32;
    }

    private void grow(Walk[] before, int size) {
        Walk[] more = Arrays.copyOf(before, before.length * 2);
        for (int i = before.length; i < more.length; i++) {
            more[i] = newWalk(size);
        }
        WALKS.compareAndSet(this, before, more); // or another thread has done the same
    }

    private Walk newWalk(int size) {
        return new Walk(after(random.nextInt(size), random.nextInt() & PLACE, size));
    }

    /** One position, alone on its cache line. */
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
