package dev.evenkeel.lb.strategy;

import static java.util.Objects.requireNonNull;

/**
 * The strategies that come with the library. All honour weights, are safe to share between balancers, and select without
 * allocating. In what follows n is the number of candidates.
 */
public final class Strategies {

    private Strategies() {}

    /**
     * One after the other, each as often as its weight says, the turns of a heavy one spread out evenly.
     *
     * <p>For instances and calls that are all alike. Blind to load: a slow instance gets its turn like any other. O(1);
     * with unequal weights on average as many steps as the largest weight is times the mean, at most n. Weights below
     * 1/65,536 of the largest count as that. Starts at a random place, so that
     * many clients do not walk in step, and goes on where it was when the list changes. With equal weights any n picks in
     * a row from one thread are n different instances. Threads that pick at the very same moment get walks of their own
     * through the list, at most four for each processor; then all together are even up to the number of walks.
     *
     * <p>The weighted form is the static stride scheduler of gRPC proposal A58.
     */
    public static LoadBalancingStrategy roundRobin() {
        return RoundRobin::new;
    }

    /**
     * Any one at random, in proportion to the weights.
     *
     * <p>For a very large number of callers with few calls each, or as a control in an experiment. Blind to load. O(1).
     * The weighted form draws from an alias table (Vose 1991).
     */
    public static LoadBalancingStrategy random() {
        return RandomChoice::new;
    }

    /**
     * The one with the fewest calls in flight for its weight, ties broken at random in proportion to weights: least
     * connections.
     *
     * <p>For calls of very different length and for connections that stay. Exact, at the price of O(n).
     */
    public static LoadBalancingStrategy leastInFlight() {
        return LeastInFlight::new;
    }

    /**
     * Draws two at random and takes the one with fewer calls in flight for its weight.
     *
     * <p>For most things: nearly as even as {@link #leastInFlight()} and O(1). See Mitzenmacher, The Power of Two Choices
     * in Randomized Load Balancing (2001). A weight counts when the two are compared, also when both are idle; it does not
     * make an instance more likely to be drawn, so none gets more than 2/n of the calls.
     */
    public static LoadBalancingStrategy powerOfTwoChoices() {
        return PowerOfTwoChoices::new;
    }

    /**
     * Calls with the same {@linkplain dev.evenkeel.lb.request.PickRequest#stickyKey() sticky key} go to the same
     * instance; calls without one go where the fallback says. For caches and for state that is kept in an instance.
     *
     * <p>When an instance is taken out, only its own keys move; when one is added, keys move only to it. Each key has an
     * order of its own over all instances: a call that its first instance cannot take goes to the second. O(n).
     *
     * <p>Weighted rendezvous hashing (Thaler and Ravishankar 1996) on a keyed hash, SipHash-1-3. The key of the hash is
     * the same in every process, so that all clients agree; that also means that whoever may choose sticky keys can
     * choose many for one instance. See {@link #stickyKey(LoadBalancingStrategy, byte[])}.
     */
    public static LoadBalancingStrategy stickyKey(LoadBalancingStrategy fallback) {
        return stickyKey(fallback, SipHash.PUBLIC_SECRET);
    }

    /**
     * The same with a secret of one's own, for sticky keys that strangers choose. All clients that shall agree use the
     * same one.
     *
     * @param secret 16 bytes
     */
    public static LoadBalancingStrategy stickyKey(LoadBalancingStrategy fallback, byte[] secret) {
        requireNonNull(fallback, "fallback");
        SipHash hash = SipHash.withSecret(secret);
        return candidates -> new StickyKey(candidates, fallback, hash);
    }
}
