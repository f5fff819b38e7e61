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
     * <p>For instances and calls that are all alike. Blind to load: a slow instance gets its turn like any other. Starts at
     * a random place, so that many clients do not walk in step, and goes on counting when the list changes. With equal
     * weights any n picks in a row from one thread are n different instances. Threads that pick at the very same moment get
     * walks of their own through the list, at most four for each processor; then all together are even up to the number of
     * walks.
     *
     * <p>O(1). With weights whose pattern is short, such as 4, 5, 6 or 1, 99, the pattern is written down when the list
     * changes, in at most 16 n + 4,096 steps, and takes up to four bytes for each. With others a pick takes on average as
     * many steps as the largest weight is times the mean, at most n. Weights below 1/4,294,967,296 of the largest count as
     * that.
     *
     * <p>The weighted form is the static stride scheduler of gRPC proposal A58.
     */
    public static LoadBalancingStrategy roundRobin() {
        return RoundRobin::new;
    }

    /**
     * Like {@link #roundRobin()}, with weights from what the servers say of their own load: each gets calls in proportion
     * to the requests per second that it would serve if it were fully used.
     *
     * <p>For servers of different size that report, in the response header {@code endpoint-load-metrics} (see
     * {@link dev.evenkeel.lb.call.OrcaHeader}) or through {@link dev.evenkeel.lb.Lease#report}. A report has to carry the
     * requests per second and a utilization, that of the application or else of the processors; errors per second count
     * against it. What servers report is smoothed, begins to count 10 s after the first report, is forgotten 3 min after
     * the last, and is kept within 0.1 to 10 times the median. Servers that do not report get the mean; with fewer than two
     * that do, this is {@code roundRobin()}. The configured weight of an instance is a factor on top. O(1); once a second
     * one of the picks works out the weights anew, O(n).
     *
     * <p>The formula and the times are those of gRPC proposal A58.
     */
    public static LoadBalancingStrategy weightedByReport() {
        return ReportedWeights::new;
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
     * The one that can be expected to answer first: one figure for how long it takes, the calls that it has in flight, its
     * weight, and how often it has failed of late. The default.
     *
     * <p>For nearly everything. Slow instances get few calls, those that fail almost none, however fast they fail, and one
     * that does not answer one every two seconds until the calls that hang have ended. What is known grows old in a matter of
     * seconds, and one call in a hundred goes to the instance that was not called for longest, so that one that has
     * recovered soon gets its share again. An instance that is new gets one call at a time, then two, then four, until it
     * has given three answers, as long as there are others that do not fail; the first list is not on probation.
     *
     * <p>It knows only the calls of this balancer, and prefers what is fast to what is even: with calls one at a time the
     * fastest gets most of them. Where servers must be used evenly, or are billed by use, take
     * {@link #powerOfTwoChoices()} or {@link #leastInFlight()}.
     *
     * <p>O(n) up to 256 instances, some nanoseconds for each; with more, 16 are drawn at random and the best of them is
     * taken. Nothing is random but a variation of 10 %, that draw, and the one call in a hundred.
     *
     * <p>The expected time to success; its parts come from peak-EWMA (Finagle), the probation of newcomers (Netflix) and the
     * full scan of Dialogue.
     */
    public static LoadBalancingStrategy adaptive() {
        return adaptive(AdaptiveConfig.defaults());
    }

    /** The same with other times and shares. */
    public static LoadBalancingStrategy adaptive(AdaptiveConfig config) {
        requireNonNull(config, "config");
        return candidates -> new Adaptive(candidates, config);
    }

    /**
     * Calls with the same {@linkplain dev.evenkeel.lb.request.PickRequest#stickyKey() sticky key} go to the same
     * instance; calls without one go where the fallback says. For caches and for state that is kept in an instance.
     *
     * <p>When an instance is taken out, only its own keys move; when one is added, keys move only to it. Each key has an
     * order of its own over all instances: a call that its first instance cannot take goes to the second. O(n).
     *
     * <p>No instance gets far ahead: with one call more, it has at most 1.25 times the calls in flight that it would have
     * if all had the same for their weight, rounded up. What is more goes to the next one in the order of the key that
     * has room, so that a hot key stays on the same few instances. Both counts are those of this balancer, which knows
     * nothing of other clients. With few calls in flight it is the rounding that counts: while there are fewer than n
     * divided by 1.25, one for each, so that of two calls with one key at the same time the second goes elsewhere. Where
     * a key must not leave its instance, switch the bound off. Calls that are picked at the very same moment do not see
     * each other.
     *
     * <p>Weighted rendezvous hashing (Thaler and Ravishankar 1996) on a keyed hash, SipHash-1-3. The key of the hash is
     * the same in every process, so that all clients agree; that also means that whoever may choose sticky keys can
     * choose many for one instance. Bound and key can be {@linkplain StickyConfig configured}.
     */
    public static LoadBalancingStrategy stickyKey(LoadBalancingStrategy fallback) {
        return stickyKey(fallback, StickyConfig.defaults());
    }

    /** The same with a secret of one's own, or with another bound or none. */
    public static LoadBalancingStrategy stickyKey(LoadBalancingStrategy fallback, StickyConfig config) {
        requireNonNull(fallback, "fallback");
        requireNonNull(config, "config");
        return candidates -> new StickyKey(candidates, fallback, config);
    }

    /**
     * Like {@link #stickyKey(LoadBalancingStrategy)}, at a cost that does not grow with the number of instances: a key is
     * looked up in a table. For hundreds of instances and more; with a few tens the other form costs about the same and
     * moves fewer keys.
     *
     * <p>O(1), and O(n) for those calls that their first instance cannot take. When an instance is taken out, some keys of
     * others move, too: with 100 instances 0.6 % of them (and never more than 2/n), with any number less than 1 %. When a
     * weight changes, about as many do. Calls that cannot stay go on as in the other form, by rendezvous. The bound is the
     * same.
     *
     * <p>The table of Maglev (Eisenbud et al. 2016), 65,537 slots of four bytes for up to 655 instances. There are four
     * times as many for up to 2,621, again for up to 10,485, and again, 16 MiB, above that; with more than 41,943
     * instances shares become coarse. When the number of instances passes such a limit, nearly all keys move. Instances
     * take turns in choosing slots, so that shares are right to about 1 %, and the lightest has one slot.
     *
     * <p>The table is built whenever ids or weights change: that takes 2 ms for 100 instances, 20 ms for 1,000, a second for
     * the largest. It is built on the {@linkplain dev.evenkeel.lb.LoadBalancerBuilder#executor executor}, one at a time, and
     * only for the newest list. Until it is there, keys go by the table before: those of an instance that has left go by
     * rendezvous, and one that has come gets keys only in that way. The very first table is built on the thread that brings
     * the list if it is of the smallest size; if it is larger, all keys go by rendezvous until it is there.
     */
    public static LoadBalancingStrategy stickyKeyTable(LoadBalancingStrategy fallback) {
        return stickyKeyTable(fallback, StickyConfig.defaults());
    }

    /** The same with a secret of one's own, or with another bound or none. */
    public static LoadBalancingStrategy stickyKeyTable(LoadBalancingStrategy fallback, StickyConfig config) {
        requireNonNull(fallback, "fallback");
        requireNonNull(config, "config");
        return candidates -> StickyKeyTable.of(candidates, fallback, config);
    }
}
