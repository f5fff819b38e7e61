package dev.evenkeel.lb.health;

/** What is known of an instance's health. More values may come: a {@code switch} over them needs a default. */
public enum HealthStatus {
    /** Nothing has been heard yet. The instance may be picked. */
    UNKNOWN,
    /** It answers. */
    HEALTHY,
    /** It fails its probe. It is picked only when no other instance is left. */
    UNHEALTHY
}
