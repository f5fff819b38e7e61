package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.request.Outcome;
import java.lang.ref.Reference;
import java.time.Duration;

/** A lease that is missed if it is dropped before its end. What counts is the lease inside. */
final class WatchedLease implements Lease {

    private final TrackedLease lease;
    private final LeaseWatch owner;
    final LeaseWatch.Watch watch;

    WatchedLease(TrackedLease lease, LeaseWatch owner) {
        this.lease = lease;
        this.owner = owner;
        this.watch = new LeaseWatch.Watch(this, lease, owner);
    }

    @Override
    public ServiceInstance instance() {
        return lease.instance();
    }

    @Override
    public boolean isFailOpen() {
        return lease.isFailOpen();
    }

    @Override
    public void answered() {
        lease.answered();
    }

    @Override
    public Duration paused() {
        return lease.paused();
    }

    @Override
    public void report(LoadReport report) {
        lease.report(report);
    }

    @Override
    public void end(Outcome outcome) {
        try {
            lease.end(outcome);
        } finally {
            ended();
            Reference.reachabilityFence(this); // not missed while it is being ended
        }
    }

    @Override
    public void close() {
        try {
            lease.close();
        } finally {
            ended();
            Reference.reachabilityFence(this);
        }
    }

    private void ended() {
        if (lease.isEnded()) { // not with a null outcome
            owner.forget(watch);
        }
    }

    @Override
    public String toString() {
        return lease.toString();
    }
}
