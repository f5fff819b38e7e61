package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import org.jspecify.annotations.Nullable;

/** The tag of a request that has been balanced: for which host, and whom it goes to. Follow-ups inherit it. */
final class Pick {

    private final String host;
    private final @Nullable LoadBalancer service;
    private final ServiceInstance instance;

    /** What {@link FollowUpVeil} took away. Only the thread of the call gets here. */
    private @Nullable String veiledRetryAfter;

    Pick(String host, @Nullable LoadBalancer service, ServiceInstance instance) {
        this.host = host;
        this.service = service;
        this.instance = instance;
    }

    /** The host of the URL that was balanced; what was redirected to another one did not go to the instance. */
    String host() {
        return host;
    }

    /** Who picked; nobody for a probe. */
    @Nullable LoadBalancer service() {
        return service;
    }

    ServiceInstance instance() {
        return instance;
    }

    void veilRetryAfter(String value) {
        veiledRetryAfter = value;
    }

    @Nullable String veiledRetryAfter() {
        return veiledRetryAfter;
    }

    @Override
    public String toString() {
        return host + " at " + instance;
    }
}
