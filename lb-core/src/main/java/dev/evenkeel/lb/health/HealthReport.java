package dev.evenkeel.lb.health;

/**
 * What a monitor has to do with one instance besides asking it: it says its verdicts here, and learns here what calls have
 * found out meanwhile. Safe for concurrent use; may be called from any thread.
 */
@FunctionalInterface
public interface HealthReport {

    /** Says how the instance is, and why. To say the same again changes nothing. */
    void status(HealthStatus status, String reason);

    /** How many calls of this balancer it has answered well so far. Never falls; zero where nobody counts. */
    default long successes() {
        return 0;
    }

    /** How many did not reach it, failed or were turned away so far. Never falls; zero where nobody counts. */
    default long failures() {
        return 0;
    }
}
