package dev.evenkeel.lb.health;

/**
 * Turns a row of answers into a status: the first answer decides alone, from then on it takes {@code fall} failures in a
 * row to become sick and {@code rise} passes in a row to become well.
 *
 * <p>With rise 2 and fall 3, where {@code +} is a pass:
 *
 * <pre>
 * answer    +        -        -        +        -        -        -          +          +
 * status    HEALTHY  HEALTHY  HEALTHY  HEALTHY  HEALTHY  HEALTHY  UNHEALTHY  UNHEALTHY  HEALTHY
 * settled   yes      no       no       yes      no       no       no         no         yes
 * </pre>
 *
 * <p>Not safe for concurrent use.
 */
final class RiseAndFall {

    private final int rise;
    private final int fall;
    private HealthStatus status = HealthStatus.UNKNOWN;

    /** Answers in a row that contradict the status. */
    private int contradictions;

    RiseAndFall(int rise, int fall) {
        this.rise = rise;
        this.fall = fall;
    }

    /** Takes an answer and returns the status that follows from it. */
    HealthStatus answered(boolean well) {
        HealthStatus claimed = well ? HealthStatus.HEALTHY : HealthStatus.UNHEALTHY;
        if (claimed == status) {
            contradictions = 0;
            return status;
        }
        contradictions++;
        if (status == HealthStatus.UNKNOWN || contradictions >= (well ? rise : fall)) {
            status = claimed;
            contradictions = 0;
        }
        return status;
    }

    HealthStatus status() {
        return status;
    }

    /** Whether the instance is well and its last answer says the same: no hurry to ask again. */
    boolean isSettled() {
        return status == HealthStatus.HEALTHY && contradictions == 0;
    }
}
