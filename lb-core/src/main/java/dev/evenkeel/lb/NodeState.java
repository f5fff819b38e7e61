package dev.evenkeel.lb;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane has decided about one instance; replaced as a whole, so that a pool keeps what it saw.
 *
 * @param absent that lists lack it, but that it stays for a time
 * @param warmUp how far its warm-up is, from 0 to 1
 * @param ejection that its calls have taken it out; null if they have not
 */
record NodeState(
        ServiceInstance instance,
        HealthStatus health,
        String reason,
        boolean draining,
        boolean absent,
        double warmUp,
        @Nullable Ejection ejection) {

    /** What has been decided about each. */
    static NodeState[] of(Node[] nodes) {
        NodeState[] states = new NodeState[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            states[i] = nodes[i].state();
        }
        return states;
    }

    static NodeState of(ServiceInstance instance) {
        return new NodeState(instance, HealthStatus.UNKNOWN, "", false, false, 1, null);
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
}
