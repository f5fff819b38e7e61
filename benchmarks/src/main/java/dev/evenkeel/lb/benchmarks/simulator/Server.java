package dev.evenkeel.lb.benchmarks.simulator;

import java.util.ArrayDeque;
import java.util.Queue;

/** A server at work: so many workers and one queue. It does not notice that a caller has given up. */
final class Server {

    /** What a failure takes that is fast. */
    private static final long FAST_NANOS = 200_000;

    private final ServerModel model;
    private final Timeline timeline;
    private final Queue<Call> waiting = new ArrayDeque<>();
    private int busy;
    private boolean resuming;

    Server(ServerModel model, Timeline timeline) {
        this.model = model;
        this.timeline = timeline;
    }

    ServerModel model() {
        return model;
    }

    void receive(Call call) {
        Fault fault = model.fault();
        long now = timeline.nanos();
        if (fault.is(Fault.Kind.SILENT, now)) {
            return;
        }
        if (fault.is(Fault.Kind.FAILING, now)) {
            timeline.after(FAST_NANOS + model.oneWayNanos(), call::fail);
            return;
        }
        waiting.add(call);
        work();
    }

    private void work() {
        long now = timeline.nanos();
        if (model.fault().is(Fault.Kind.STALLED, now)) {
            resumeAfter(model.fault().nanosLeft(now));
            return;
        }
        while (busy < model.workers() && !waiting.isEmpty()) {
            begin(waiting.remove(), now);
        }
    }

    private void begin(Call call, long now) {
        busy++;
        double factor = model.fault().is(Fault.Kind.SLOW, now) ? model.fault().factor() : 1;
        timeline.after((long) (call.work() * model.meanMillis() * factor * 1e6), () -> done(call));
    }

    private void done(Call call) {
        busy--;
        boolean fails = call.luck() < model.errorShare();
        timeline.after(model.oneWayNanos(), fails ? call::fail : call::answer);
        work();
    }

    private void resumeAfter(long nanos) {
        if (!resuming) {
            resuming = true;
            timeline.after(nanos, () -> {
                resuming = false;
                work();
            });
        }
    }
}
