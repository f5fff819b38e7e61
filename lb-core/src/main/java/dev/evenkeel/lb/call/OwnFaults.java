package dev.evenkeel.lb.call;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.request.LocalFault;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;

/** Tells the caller of an HTTP client where it is this process, and not the instance, that has let a call fail. */
public final class OwnFaults {

    private OwnFaults() {}

    /**
     * The failure as the caller is to see it. Where a {@link LocalFault} is behind it, an {@link IOException} whose message
     * says so, and whose cause is the failure; a {@link ConnectException} if the failure is one. Where this process did not
     * run during the call, the failure itself with a {@linkplain Throwable#getSuppressed suppressed} one that says so.
     * Otherwise, and where the failure is nothing that a caller of an HTTP client catches, just the failure.
     *
     * @param failure what the client has failed with; what futures put around it is taken off
     * @param lease that of the call
     */
    public static Throwable explained(Throwable failure, String serviceName, Lease lease) {
        requireNonNull(serviceName, "serviceName");
        return explainedItself(FutureFailures.unwrap(failure), serviceName, lease);
    }

    private static Throwable explainedItself(Throwable failure, String serviceName, Lease lease) {
        Optional<LocalFault> fault = LocalFault.behind(failure);
        if (fault.isPresent() && (failure instanceof IOException || failure instanceof InternalError)) {
            return named(
                    serviceName + ": the call to " + lease.instance() + " failed on this side: "
                            + fault.get().reason(),
                    failure);
        }
        Duration pause = failure instanceof IOException ? lease.paused() : Duration.ZERO;
        if (!pause.isZero()) {
            failure.addSuppressed(new OwnPause(serviceName + ": this process did not run for " + pause
                    + " during the call to " + lease.instance()));
        }
        return failure;
    }

    private static IOException named(String message, Throwable failure) {
        IOException named =
                failure instanceof ConnectException ? new ConnectException(message) : new IOException(message);
        named.initCause(failure);
        return named;
    }

    /** Rides on a failure. Without a stack trace. */
    private static final class OwnPause extends Exception {

        private static final long serialVersionUID = 1L;

        OwnPause(String message) {
            super(message, null, false, false);
        }
    }
}
