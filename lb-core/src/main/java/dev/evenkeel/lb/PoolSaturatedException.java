package dev.evenkeel.lb;

import dev.evenkeel.lb.observe.PickExplanation;

/** Every instance that this call may use has as many calls in flight as it may have, and it could not wait, or not longer. */
public final class PoolSaturatedException extends LoadBalancerException {

    private static final long serialVersionUID = 1L;

    PoolSaturatedException(String serviceName, String detail, PickExplanation explanation) {
        super(serviceName, "every instance is at its limit" + detail + " (" + explanation + ")", explanation);
    }
}
