package dev.evenkeel.lb;

/**
 * The word in which a node counts its calls. One step of an atomic changes all of it, so that nothing in it can disagree.
 *
 * <pre>
 *  bits   0-17  calls in flight
 *           18  the node is draining: more than any limit, so that one comparison refuses both
 *           19  the node is on trial: likewise, but a second look may let a call in
 *           20  the calls are also counted in a total
 *           21  which of the two generations is the current one
 *        22-39  calls of generation 0 that have not been answered
 *        40-57  calls of generation 1 that have not been answered
 *           58  calls have failed of late, so that a success has something to mend
 *        59-63  calls that succeeded, modulo 32; every 16 are counted elsewhere as well
 * </pre>
 *
 * <p>The generations tell how long calls have been waiting without a list of them. New calls belong to the current one.
 * When a call begins and nobody of the older one is waiting any more, the generations change places. The node notes when the
 * last call of what is now the older one began: as long as one of them waits, it has been waiting at least since then. In
 * steady traffic the generations change about as often as a call takes.
 *
 * <p>A success is in the word before it may be counted elsewhere as one of 16. In between, the uppermost bit tells that the
 * count elsewhere is one behind, so that the sum never goes back.
 */
final class CallWord {

    static final int MAX_IN_FLIGHT = (1 << 18) - 1;

    static final long DRAINING = 1L << 18;
    static final long ON_TRIAL = 1L << 19;
    static final long COUNTED = 1L << 20;
    static final long FAILING = 1L << 58;
    static final long SUCCESS = 1L << 59;

    private static final int PLACE_OF_CURRENT = 21;
    private static final long CURRENT = 1L << PLACE_OF_CURRENT;
    private static final int FIRST_GENERATION = 22;
    private static final int GENERATION_BITS = 18;
    private static final int FIRST_SUCCESS = 59;
    private static final int SUCCESSES = 1 << 4;

    private CallWord() {}

    static int inFlight(long word) {
        return (int) word & MAX_IN_FLIGHT;
    }

    /** Whether a call may begin below this limit, without a second look. */
    static boolean isOpen(long word, int limit) {
        return (word & (ON_TRIAL | DRAINING | MAX_IN_FLIGHT)) < limit;
    }

    /** Whether there is room for a call below this limit, which a trial may keep out all the same. */
    static boolean hasRoom(long word, int limit) {
        return (word & (DRAINING | MAX_IN_FLIGHT)) < limit;
    }

    static boolean isOnTrial(long word) {
        return (word & ON_TRIAL) != 0;
    }

    /** Whether nobody may begin any more, and this many calls are in flight. */
    static boolean isDraining(long word, int calls) {
        return (word & (DRAINING | MAX_IN_FLIGHT)) == (DRAINING | calls);
    }

    static boolean isFailing(long word) {
        return (word & FAILING) != 0;
    }

    static boolean isCounted(long word) {
        return (word & COUNTED) != 0;
    }

    /** The generations in places in which nobody of the older one is waiting any more; the word as it is otherwise. */
    static long turned(long word) {
        return waiting(word, 1 - current(word)) == 0 ? word ^ CURRENT : word;
    }

    /** The generation of a call that begins with this word. */
    static int current(long word) {
        return (int) (word >>> PLACE_OF_CURRENT) & 1;
    }

    /** One call of this generation that has not been answered. */
    static long oneWaiting(int generation) {
        return 1L << (FIRST_GENERATION + GENERATION_BITS * generation);
    }

    /** Whether a call that began before the generations changed places is waiting. */
    static boolean isOlderWaiting(long word) {
        return waiting(word, 1 - current(word)) != 0;
    }

    static boolean isNewerWaiting(long word) {
        return waiting(word, current(word)) != 0;
    }

    /** Whether one success more is to be counted elsewhere, as the last of 16. */
    static boolean completesSuccesses(long word) {
        return (word >>> FIRST_SUCCESS & (SUCCESSES - 1)) == SUCCESSES - 1;
    }

    /** The successes of a word, and of as many times 16 as are counted elsewhere. */
    static long successes(long word, long counted) {
        long uncounted = (word >>> 63 ^ counted) & 1;
        return (counted + uncounted) * SUCCESSES + (word >>> FIRST_SUCCESS & (SUCCESSES - 1));
    }

    private static int waiting(long word, int generation) {
        return (int) (word >>> (FIRST_GENERATION + GENERATION_BITS * generation)) & MAX_IN_FLIGHT;
    }
}
