package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.concurrent.Fields;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.request.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Ends once, and gives back to exactly the node that it was taken from. */
final class TrackedLease implements Lease {

    private static final int BEGUN = 0;
    private static final int ANSWERED = 1;
    private static final int ENDED = 2;

    private static final VarHandle PHASE = Fields.of(MethodHandles.lookup(), "phase", int.class);

    private final Node node;
    private final long begun;
    private final boolean failOpen;

    /** See {@link CallWord}. Set by the node that begins the call. */
    byte generation;

    @SuppressWarnings("unused") // through PHASE
    private volatile int phase; // begun: writing that would cost a fence

    TrackedLease(Node node, long begun, boolean failOpen) {
        this.node = node;
        this.begun = begun;
        this.failOpen = failOpen;
    }

    @Override
    public ServiceInstance instance() {
        return node.instance();
    }

    @Override
    public boolean isFailOpen() {
        return failOpen;
    }

    @Override
    public void answered() {
        if (PHASE.compareAndSet(this, BEGUN, ANSWERED)) {
            node.answered(this);
        }
    }

    @Override
    public Duration paused() {
        return Duration.ofNanos(node.pausedNanos(begun));
    }

    @Override
    public void report(LoadReport report) {
        node.report(requireNonNull(report, "report"));
    }

    @Override
    public void end(Outcome outcome) {
        finish(requireNonNull(outcome, "outcome"));
    }

    @Override
    public void close() {
        finish(null);
    }

    /** Ends it because nobody else can any more. Returns false if it had ended. */
    boolean endLeaked() {
        boolean first = finish(null);
        if (first) {
            node.countLeak();
        }
        return first;
    }

    boolean isEnded() {
        return phase == ENDED;
    }

    Node node() {
        return node;
    }

    long begun() {
        return begun;
    }

    private boolean finish(@Nullable Outcome outcome) {
        int before = (int) PHASE.getAndSet(this, ENDED);
        if (before == ENDED) {
            return false;
        }
        node.end(this, outcome, before == BEGUN ? CallWord.oneWaiting(generation) : 0);
        return true;
    }

    @Override
    public String toString() {
        return "lease of " + node;
    }
}
