package dev.evenkeel.lb;

/**
 * A limit on the calls in flight of each instance that finds its own height: it rises by one when about as many calls as
 * it allows have succeeded while it was in use, and falls by a tenth when the instance is overloaded. Overloaded means that
 * it says so (429, 503), that it cannot be reached, or that a call failed after more than three times its usual latency;
 * at most one step down for what was sent before the last one. An immutable value; each method returns a changed copy.
 *
 * <p>Each balancer finds a limit for its own calls. Where callers are many and each has few calls in flight, a limit finds
 * nothing to limit.
 *
 * <p>Additive increase, multiplicative decrease (Chiu and Jain 1989).
 */
public final class AdaptiveLimit {

    private static final AdaptiveLimit DEFAULTS = new AdaptiveLimit(20, 1, 1_000);

    private final int initial;
    private final int min;
    private final int max;

    private AdaptiveLimit(int initial, int min, int max) {
        this.initial = initial;
        this.min = min;
        this.max = max;
    }

    /** From 20, between 1 and 1,000. */
    public static AdaptiveLimit defaults() {
        return DEFAULTS;
    }

    /**
     * Sets where it begins.
     *
     * @throws IllegalArgumentException if that is not between its bounds
     */
    public AdaptiveLimit initial(int calls) {
        if (calls < min || calls > max) {
            throw new IllegalArgumentException("initial: " + calls + " (expected: " + min + ".." + max + ")");
        }
        return new AdaptiveLimit(calls, min, max);
    }

    /**
     * Sets how low it may fall and how high it may rise. Where it begins is moved between them.
     *
     * @throws IllegalArgumentException if the lower one is less than 1 or more than the other
     */
    public AdaptiveLimit between(int lowest, int highest) {
        if (lowest < 1) {
            throw new IllegalArgumentException("lowest: " + lowest + " (expected: >= 1)");
        }
        if (highest < lowest || highest > CallWord.MAX_IN_FLIGHT) {
            throw new IllegalArgumentException(
                    "highest: " + highest + " (expected: " + lowest + ".." + CallWord.MAX_IN_FLIGHT + ")");
        }
        return new AdaptiveLimit(Math.max(lowest, Math.min(initial, highest)), lowest, highest);
    }

    int initial() {
        return initial;
    }

    int min() {
        return min;
    }

    int max() {
        return max;
    }
}
