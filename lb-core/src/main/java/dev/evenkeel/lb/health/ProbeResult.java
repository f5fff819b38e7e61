package dev.evenkeel.lb.health;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.LocalFault;
import dev.evenkeel.lb.text.Printable;
import org.jspecify.annotations.Nullable;

/** The answer of one probe. An immutable value. */
public final class ProbeResult {

    private static final ProbeResult WELL = new ProbeResult(true, "well", null);

    private final boolean well;
    private final String reason;
    private final @Nullable LocalFault localFault;

    private ProbeResult(boolean well, String reason, @Nullable LocalFault localFault) {
        this.well = well;
        this.reason = reason;
        this.localFault = localFault;
    }

    /** The instance is well. */
    public static ProbeResult well() {
        return WELL;
    }

    /** The instance is not well, for this reason, which is shown in one line of at most 200 characters. */
    public static ProbeResult sick(String reason) {
        return new ProbeResult(false, Printable.of(requireNonNull(reason, "reason")), null);
    }

    /**
     * The instance is not well, as asking it failed with this. If a {@link LocalFault} is behind it, the answer is not held
     * against the instance.
     */
    public static ProbeResult sick(Throwable cause) {
        LocalFault fault = LocalFault.behind(cause).orElse(null);
        return new ProbeResult(false, Printable.of(cause), fault);
    }

    public boolean isWell() {
        return well;
    }

    public String reason() {
        return reason;
    }

    /** What is wrong on our side, if that is why the answer is what it is. */
    @Nullable LocalFault localFault() {
        return localFault;
    }

    @Override
    public String toString() {
        return reason;
    }
}
