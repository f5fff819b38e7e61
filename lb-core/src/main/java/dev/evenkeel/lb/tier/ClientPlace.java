package dev.evenkeel.lb.tier;

/**
 * Where on a ring a client stands. The places of clients 0, 1, 2, … are spread evenly, however many there are: each next one
 * is a golden section of the ring further on. That also holds for every second or every third of them, as they may be in one
 * zone; with the van der Corput sequence, which others use, every second one would be on the same half of the ring.
 *
 * <p>Who knows how many clients there are stands at one of as many equal steps, in the same order.
 *
 * <p>Immutable.
 */
public final class ClientPlace {

    /** 2<sup>64</sup> divided by the golden ratio. */
    private static final long GOLDEN_SECTION = 0x9E37_79B9_7F4A_7C15L;

    /** The place is this part of the ring: {@code step / steps}. */
    private final long step;

    private final long steps;

    private ClientPlace(long step, long steps) {
        this.step = step;
        this.steps = steps;
    }

    /** Of the client with this number, one of an unknown number of clients. */
    public static ClientPlace of(int index) {
        return new ClientPlace(golden(index), 1L << 32);
    }

    /** Of the client with this number, one of so many. */
    public static ClientPlace of(int index, int clients) {
        long place = golden(index);
        int before = 0;
        for (int other = 0; other < clients; other++) {
            if (golden(other) < place) {
                before++;
            }
        }
        return new ClientPlace(before, clients);
    }

    /** Which one on a ring of so many is its first one. */
    public int first(int size) {
        return (int) (step * size / steps);
    }

    /** Different for each of up to 2<sup>31</sup> numbers, or nearly so: which is all the same to what is done with it. */
    private static long golden(int index) {
        return (index * GOLDEN_SECTION) >>> 32;
    }
}
