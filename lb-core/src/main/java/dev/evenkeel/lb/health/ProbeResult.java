package dev.evenkeel.lb.health;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.text.Printable;

/** The answer of one probe. An immutable value. */
public final class ProbeResult {

    private static final ProbeResult WELL = new ProbeResult(true, "well");

    private final boolean well;
    private final String reason;

    private ProbeResult(boolean well, String reason) {
        this.well = well;
        this.reason = reason;
    }

    /** The instance is well. */
    public static ProbeResult well() {
        return WELL;
    }

    /** The instance is not well, for this reason, which is shown in one line of at most 200 characters. */
    public static ProbeResult sick(String reason) {
        return new ProbeResult(false, Printable.of(requireNonNull(reason, "reason")));
    }

    /** The instance is not well, as asking it failed with this. */
    public static ProbeResult sick(Throwable cause) {
        return new ProbeResult(false, Printable.of(requireNonNull(cause, "cause")));
    }

    public boolean isWell() {
        return well;
    }

    public String reason() {
        return reason;
    }

    @Override
    public String toString() {
        return reason;
    }
}
