package dev.evenkeel.lb.health;

/** Takes the verdicts on one instance. Safe for concurrent use; may be called from any thread. */
@FunctionalInterface
public interface HealthReport {

    /** Says how the instance is, and why. To say the same again changes nothing. */
    void status(HealthStatus status, String reason);
}
