package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.routing.Route;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** The tag of a request that has been balanced: for which host, and whom it goes to. Follow-ups inherit it. */
final class Pick {

    private final HttpUrl url;
    private final Route route;
    private final ServiceInstance instance;

    /** What {@link FollowUpVeil} took away. Only the thread of the call gets here. */
    private @Nullable String veiledRetryAfter;

    Pick(HttpUrl url, Route route, ServiceInstance instance) {
        this.url = url;
        this.route = route;
        this.instance = instance;
    }

    /** The host of the URL that was balanced; what was redirected to another one did not go to the instance. */
    String host() {
        return url.host();
    }

    /** The URL that was balanced. */
    HttpUrl url() {
        return url;
    }

    /** Who picked; nobody for a probe. */
    Route route() {
        return route;
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
        return host() + " at " + instance;
    }
}
