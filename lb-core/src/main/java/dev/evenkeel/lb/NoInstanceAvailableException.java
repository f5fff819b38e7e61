package dev.evenkeel.lb;

import dev.evenkeel.lb.observe.PickExplanation;

/** There is no instance, or none that this call may use. */
public final class NoInstanceAvailableException extends LoadBalancerException {

    private static final long serialVersionUID = 1L;

    NoInstanceAvailableException(String serviceName, String detail, PickExplanation explanation) {
        super(serviceName, "no instance available (" + detail + ")", explanation);
    }
}
