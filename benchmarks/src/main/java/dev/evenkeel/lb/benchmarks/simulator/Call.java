package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.request.Outcome;
import java.time.Duration;

/** One try to get an answer: from the pick until it is answered, has failed, or has taken too long. */
final class Call {

    private static final Outcome BUSY = Outcome.overloaded(Duration.ofSeconds(2));

    private final Lease lease;
    private final Caller caller;
    private final long begun;
    private boolean ended;
    private boolean connecting;

    Call(Lease lease, Caller caller, long begun) {
        this.lease = lease;
        this.caller = caller;
        this.begun = begun;
    }

    double work() {
        return caller.work();
    }

    /** From 0 to 1: it fails where so many do. */
    double luck() {
        return caller.luck();
    }

    long begun() {
        return begun;
    }

    boolean isEnded() {
        return ended;
    }

    void answer() {
        if (!ended) {
            ended = true;
            lease.answered();
            lease.succeeded();
            caller.answered();
        }
    }

    /** The answer is that the call was wrong (4xx): nothing that speaks against the server. */
    void reject() {
        if (!ended) {
            ended = true;
            lease.answered();
            lease.succeeded();
            caller.failed();
        }
    }

    /** As HTTP clients do, without saying that it answered. */
    void fail() {
        endFailed(Outcome.failed());
    }

    void refuse() {
        endFailed(Outcome.neverReached());
    }

    void turnAway() {
        endFailed(BUSY);
    }

    /** There is no connection yet, and never will be. */
    void keepConnecting() {
        connecting = true;
    }

    /** There is no connection in time. */
    void giveUpConnecting() {
        if (connecting) {
            endFailed(Outcome.connectTimedOut());
        }
    }

    void giveUp() {
        if (!ended) {
            ended = true;
            lease.end(connecting ? Outcome.neverReached() : Outcome.failed());
            caller.timedOut();
        }
    }

    private void endFailed(Outcome outcome) {
        if (!ended) {
            ended = true;
            lease.end(outcome);
            caller.failed();
        }
    }
}
