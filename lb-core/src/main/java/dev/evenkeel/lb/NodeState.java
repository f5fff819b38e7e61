package dev.evenkeel.lb;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;

/** What the control plane has decided about one instance; replaced as a whole, so that a pool keeps what it saw. */
record NodeState(ServiceInstance instance, HealthStatus health, String reason, boolean draining) {

    /** What has been decided about each. */
    static NodeState[] of(Node[] nodes) {
        NodeState[] states = new NodeState[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            states[i] = nodes[i].state();
        }
        return states;
    }

    static NodeState of(ServiceInstance instance) {
        return new NodeState(instance, HealthStatus.UNKNOWN, "", false);
    }

    NodeState withInstance(ServiceInstance changed) {
        return new NodeState(changed, health, reason, draining);
    }

    NodeState withHealth(HealthStatus status, String why) {
        return new NodeState(instance, status, why, draining);
    }

    NodeState withDraining(boolean isDraining) {
        return new NodeState(instance, health, reason, isDraining);
    }
}
