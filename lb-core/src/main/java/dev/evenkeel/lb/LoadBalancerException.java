package dev.evenkeel.lb;

import dev.evenkeel.lb.observe.PickExplanation;

/**
 * No instance could be picked. Carries no stack trace: in an overload there are many of these, and the explanation says
 * more.
 */
public abstract sealed class LoadBalancerException extends RuntimeException
        permits NoInstanceAvailableException, PoolSaturatedException {

    private static final long serialVersionUID = 1L;

    private final String serviceName;
    private final transient PickExplanation explanation;

    LoadBalancerException(String serviceName, String message, PickExplanation explanation) {
        super(serviceName + ": " + message, null, false, false);
        this.serviceName = serviceName;
        this.explanation = explanation;
    }

    /** The service that was to be called. */
    public String serviceName() {
        return serviceName;
    }

    /** Each instance with the reason why it was passed over. */
    public PickExplanation explanation() {
        return explanation;
    }
}
