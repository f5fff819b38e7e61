package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import org.jspecify.annotations.Nullable;

/**
 * Chooses one candidate for one call, from the list that it was made for. Called by any number of threads at once, in
 * the path of every call: it should neither block nor allocate.
 *
 * <p>The answer is a proposal. Whether the call is admitted there (limit, avoided instances, required metadata) is
 * decided by the balancer, which asks again a few times and then takes any candidate that it can. A null, a candidate
 * from elsewhere and an exception count as a fault of the strategy and are overcome the same way.
 */
@FunctionalInterface
public interface Selector {

    /**
     * The candidate to use.
     *
     * @return a member of the list, or null for none
     */
    @Nullable Candidate select(PickRequest request);

    /**
     * The same, knowing what the clock of the balancer said when the pick began. This is what the balancer calls: a
     * selector that needs the time overrides it and is spared to read the clock.
     *
     * @param now a reading of {@link Candidates#ticker()}
     */
    default @Nullable Candidate select(PickRequest request, long now) {
        return select(request);
    }
}
