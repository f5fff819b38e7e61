package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.health.HealthContext;
import dev.evenkeel.lb.health.HealthMonitor;
import dev.evenkeel.lb.health.HealthPolicy;
import dev.evenkeel.lb.health.HealthReport;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.text.Printable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A wall around the health policy: what it throws leaves an instance unwatched, which is good enough to be picked, and
 * what it reports of an instance that is no longer watched is ignored. Belongs to the control plane.
 */
final class HealthWatch {

    /** Takes a verdict, inside the control plane. */
    interface Verdicts {
        void health(Node node, HealthStatus status, String reason);
    }

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final SerialExecutor control;
    private final Verdicts verdicts;
    private final @Nullable HealthMonitor monitor;
    private final Map<Node, Watched> watched = new HashMap<>();

    HealthWatch(HealthPolicy policy, HealthContext context, SerialExecutor control, Verdicts verdicts) {
        this.serviceName = context.serviceName();
        this.control = control;
        this.verdicts = verdicts;
        this.monitor = startMonitor(policy, context);
    }

    private static @Nullable HealthMonitor startMonitor(HealthPolicy policy, HealthContext context) {
        try {
            return policy.start(context);
        } catch (Throwable thrown) {
            log.warn("{}: the health policy threw, nobody watches over the instances", context.serviceName(), thrown);
            return null;
        }
    }

    /** Begins to watch. Returns whether somebody does. */
    boolean start(Node node) {
        control.assertInContext();
        Watched begun = new Watched(node);
        watched.put(node, begun);
        return begun.start();
    }

    /** The instance has other properties than before, at the same address. */
    void changed(Node node) {
        control.assertInContext();
        Watched known = watched.get(node);
        if (known != null) {
            known.changed();
        }
    }

    void stop(Node node) {
        control.assertInContext();
        Watched ended = watched.remove(node);
        if (ended != null) {
            ended.stop();
        }
    }

    void close() {
        control.assertInContext();
        watched.clear();
        if (monitor != null) {
            guarded("closing the health monitor", monitor::close);
        }
    }

    private boolean guarded(String what, Runnable action) {
        try {
            action.run();
            return true;
        } catch (Throwable thrown) {
            log.warn("{}: {} failed: {}", serviceName, what, Printable.of(thrown));
            return false;
        }
    }

    /** One node from the begin of its watch to the end. */
    private final class Watched implements HealthReport {

        private final Node node;
        private HealthMonitor.@Nullable Tracker tracker;

        Watched(Node node) {
            this.node = node;
        }

        private boolean start() {
            return monitor != null
                    && guarded("watching over " + node, () -> tracker = monitor.track(node.instance(), this));
        }

        private void changed() {
            HealthMonitor.Tracker begun = tracker;
            if (begun != null) {
                guarded("telling of a change of " + node, () -> begun.changed(node.instance()));
            }
        }

        private void stop() {
            HealthMonitor.Tracker begun = tracker;
            if (begun != null) {
                guarded("the end of watching over " + node, begun::stop);
            }
        }

        @Override
        public void status(HealthStatus status, String reason) {
            requireNonNull(status, "status");
            requireNonNull(reason, "reason");
            control.execute(() -> {
                if (watched.get(node) == this) {
                    verdicts.health(node, status, Printable.of((Object) reason));
                }
            });
        }

        @Override
        public long successes() {
            return node.outcomes(Outcome.Kind.SUCCESS);
        }

        @Override
        public long failures() {
            return node.outcomes(Outcome.Kind.NEVER_REACHED)
                    + node.outcomes(Outcome.Kind.FAILED)
                    + node.outcomes(Outcome.Kind.OVERLOADED);
        }
    }
}
