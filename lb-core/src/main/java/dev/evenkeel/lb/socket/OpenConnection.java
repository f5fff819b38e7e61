package dev.evenkeel.lb.socket;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LocalFault;
import dev.evenkeel.lb.request.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;

/**
 * A connection in use. Its lease ends when it fails or is closed, whichever comes first: what has been reset is not open at the
 * instance any more. Safe for concurrent use.
 */
final class OpenConnection {

    private final Lease lease;

    /** The instance has said that it sends nothing more. */
    private volatile boolean ended;

    OpenConnection(Lease lease) {
        this.lease = lease;
    }

    ServiceInstance instance() {
        return lease.instance();
    }

    /** The instance has ended its side in order. What fails after that is the caller who has not noticed. */
    void ended() {
        ended = true;
    }

    /** Reading or writing has failed. */
    void failed(IOException failure) {
        boolean byTheCaller = failure instanceof InterruptedIOException // the time that he has set for a read, too
                || failure instanceof ClosedChannelException;
        if (!byTheCaller && !ended) {
            lease.end(LocalFault.behind(failure).map(LocalFault::outcome).orElse(Outcome.failed()));
        }
    }

    void closed() {
        lease.succeeded();
    }

    /** Was closed when it had just been connected. */
    void cancelled() {
        lease.end(Outcome.cancelled());
    }
}
