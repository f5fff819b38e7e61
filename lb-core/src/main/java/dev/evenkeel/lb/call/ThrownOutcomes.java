package dev.evenkeel.lb.call;

import dev.evenkeel.lb.request.LocalFault;
import dev.evenkeel.lb.request.Outcome;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** What an exception says of the instance, where the work has not said it. In doubt it has been reached. */
final class ThrownOutcomes {

    private ThrownOutcomes() {}

    static Outcome of(Throwable thrown) {
        Optional<LocalFault> fault = LocalFault.behind(thrown);
        if (fault.isPresent()) {
            return fault.get().outcome();
        }
        if (thrown instanceof ConnectException
                || thrown instanceof NoRouteToHostException
                || thrown instanceof UnknownHostException) {
            return Outcome.neverReached();
        }
        boolean nobodysFault = thrown instanceof InterruptedException
                || thrown instanceof CancellationException
                || thrown instanceof Error; // a class is missing: here, not there
        return nobodysFault ? Outcome.cancelled() : Outcome.failed();
    }
}
