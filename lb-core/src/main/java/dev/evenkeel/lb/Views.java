package dev.evenkeel.lb;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The views of a balancer: one for each metadata that was asked for. All that writes belongs to the control plane. */
final class Views {

    private final DefaultLoadBalancer whole;
    private final Map<Map<String, String>, SubsetView> views = new ConcurrentHashMap<>();

    Views(DefaultLoadBalancer whole) {
        this.whole = whole;
    }

    /** The view of instances with this metadata, on any thread. */
    SubsetView of(Map<String, String> metadata) {
        SubsetView known = views.get(metadata);
        if (known != null) {
            return known;
        }
        SubsetView fresh = new SubsetView(whole, metadata);
        SubsetView present = views.putIfAbsent(metadata, fresh);
        if (present != null) {
            return present;
        }
        whole.control.execute(() -> fresh.follow(whole.pool(), true));
        return fresh;
    }

    /** The whole has published another pool. */
    void follow(Pool next, boolean weightsOrPropertiesChanged) {
        views.values().forEach(view -> view.follow(next, weightsOrPropertiesChanged));
    }

    /** All that follows from that pool is done. */
    void release() {
        views.values().forEach(SubsetView::release);
    }

    /** A place at an instance has become free; on the thread of a call. */
    void wake() {
        if (!views.isEmpty()) {
            views.values().forEach(view -> view.queue.wake());
        }
    }

    void close() {
        views.values().forEach(SubsetView::end);
    }
}
