package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.request.Outcome;

/** One call of one client: from the pick until it is answered, has failed, or has taken too long. */
final class Call {

    private final Lease lease;
    private final double work;
    private final double luck;
    private final long begun;
    private final Timeline timeline;
    private final Recorder recorder;
    private boolean ended;

    Call(Lease lease, double work, double luck, Timeline timeline, Recorder recorder) {
        this.lease = lease;
        this.work = work;
        this.luck = luck;
        this.begun = timeline.nanos();
        this.timeline = timeline;
        this.recorder = recorder;
    }

    double work() {
        return work;
    }

    /** From 0 to 1: it fails where so many do. */
    double luck() {
        return luck;
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
            recorder.answered(begun, timeline.nanos());
        }
    }

    /** As HTTP clients do, without saying that it answered. */
    void fail() {
        if (!ended) {
            ended = true;
            lease.end(Outcome.failed());
            recorder.failed(begun);
        }
    }

    void giveUp() {
        if (!ended) {
            ended = true;
            lease.end(Outcome.failed());
            recorder.timedOut(begun);
        }
    }
}
