package dev.evenkeel.lb;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane has decided about one instance; replaced as a whole, so that a pool keeps what it saw. What follows
 * from it is worked out once and not with each pool.
 */
final class NodeState {

    private final ServiceInstance instance;
    private final HealthStatus health;
    private final String reason;
    private final boolean draining;
    private final boolean absent;
    private final double warmUp;
    private final @Nullable Ejection ejection;
    private final Standing standing;
    private final double weight;
    private final int priority;

    private NodeState(
            ServiceInstance instance,
            HealthStatus health,
            String reason,
            boolean draining,
            boolean absent,
            double warmUp,
            @Nullable Ejection ejection) {
        this.instance = instance;
        this.health = health;
        this.reason = reason;
        this.draining = draining;
        this.absent = absent;
        this.warmUp = warmUp;
        this.ejection = ejection;
        this.standing = Standing.of(health, ejection);
        this.weight = warm(instance.weight());
        this.priority = instance.priority();
    }

    /** What speaks for a member and against it. */
    enum Standing {
        WELL,
        ON_TRIAL,
        /** It failed some of its calls, or asked for a pause. */
        STATISTICAL,
        /** It fails its health check, or all of its calls. */
        SICK;

        private static Standing of(HealthStatus health, @Nullable Ejection ejection) {
            if (health == HealthStatus.UNHEALTHY) {
                return SICK;
            }
            if (ejection == null) {
                return WELL;
            }
            if (ejection.onTrial()) {
                return ON_TRIAL;
            }
            return ejection.isStatistical() ? STATISTICAL : SICK;
        }
    }

    static NodeState of(ServiceInstance instance) {
        return new NodeState(instance, HealthStatus.UNKNOWN, "", false, false, 1, null);
    }

    ServiceInstance instance() {
        return instance;
    }

    HealthStatus health() {
        return health;
    }

    /** Why it has that health. */
    String reason() {
        return reason;
    }

    boolean draining() {
        return draining;
    }

    /** Whether lists lack it, but it stays for a time. */
    boolean absent() {
        return absent;
    }

    /** How far its warm-up is, from 0 to 1. */
    double warmUp() {
        return warmUp;
    }

    /** That its calls have taken it out; null if they have not. */
    @Nullable Ejection ejection() {
        return ejection;
    }

    Standing standing() {
        return standing;
    }

    /** Whether neither its health check nor its calls speak against it. */
    boolean isWell() {
        return standing == Standing.WELL;
    }

    /** Its weight, as warm as it is. */
    double weight() {
        return weight;
    }

    int priority() {
        return priority;
    }

    /** What is left of a weight. What has one keeps one, however small it is and however cold. */
    double warm(double full) {
        return full == 0 ? 0 : Math.max(full * WarmUp.share(warmUp), Double.MIN_VALUE);
    }

    NodeState withInstance(ServiceInstance changed) {
        return new NodeState(changed, health, reason, draining, absent, warmUp, ejection);
    }

    NodeState withHealth(HealthStatus status, String why) {
        return new NodeState(instance, status, why, draining, absent, warmUp, ejection);
    }

    NodeState withDraining(boolean isDraining) {
        return new NodeState(instance, health, reason, isDraining, absent, warmUp, ejection);
    }

    NodeState withAbsent(boolean isAbsent) {
        return new NodeState(instance, health, reason, draining, isAbsent, warmUp, ejection);
    }

    NodeState withWarmUp(double progress) {
        return new NodeState(instance, health, reason, draining, absent, progress, ejection);
    }

    NodeState withEjection(@Nullable Ejection decided) {
        return new NodeState(instance, health, reason, draining, absent, warmUp, decided);
    }

    /** What has been decided about each. */
    static NodeState[] of(Node[] nodes) {
        NodeState[] states = new NodeState[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            states[i] = nodes[i].state();
        }
        return states;
    }
}
