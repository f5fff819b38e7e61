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
        if (!model.fault().when().holds(timeline.nanos())) {
            take(call);
        } else if (has(Fault.Kind.REFUSING)) {
            answerSoon(call::refuse);
        } else if (has(Fault.Kind.FAILING)) {
            timeline.after(FAST_NANOS + model.oneWayNanos(), call::fail);
        } else if (has(Fault.Kind.REJECTING)) {
            timeline.after(FAST_NANOS + model.oneWayNanos(), call::reject);
        } else if (has(Fault.Kind.BUSY)) {
            answerSoon(call::turnAway);
        } else if (has(Fault.Kind.UNREACHABLE)) {
            call.keepConnecting();
        } else if (!has(Fault.Kind.SILENT)) {
            take(call);
        }
    }

    /** Whether a health check finds it well that has got an answer. */
    boolean isWell() {
        return !has(Fault.Kind.REFUSING) && !has(Fault.Kind.FAILING) && !has(Fault.Kind.RESETTING);
    }

    /** Whether it answers at all. */
    boolean isResponsive() {
        return !has(Fault.Kind.SILENT) && !has(Fault.Kind.UNREACHABLE) && !has(Fault.Kind.STALLED);
    }

    private boolean has(Fault.Kind kind) {
        return model.fault().is(kind, timeline.nanos());
    }

    private void take(Call call) {
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
        double factor = model.fault().is(Fault.Kind.SLOW, now) ? model.fault().degree() : 1;
        timeline.after((long) (call.work() * model.meanMillis() * factor * 1e6), () -> done(call));
    }

    private void done(Call call) {
        busy--;
        answerSoon(fails(call) ? call::fail : call::answer);
        work();
    }

    private boolean fails(Call call) {
        boolean fails = call.luck() < model.errorShare();
        if (!model.fault().when().holds(timeline.nanos())) {
            return fails;
        }
        return fails
                || has(Fault.Kind.REFUSING)
                || has(Fault.Kind.RESETTING)
                || (has(Fault.Kind.FAILING_SOME) && call.luck() < model.fault().degree());
    }

    private void answerSoon(Runnable answer) {
        timeline.after(model.oneWayNanos(), answer);
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
