package dev.evenkeel.lb.benchmarks.simulator;

import java.util.ArrayDeque;

/**
 * Calls give up after a while that is the same for all, so that they are in order by themselves: one event for the oldest
 * call that has not ended does for all.
 */
final class TimeLimit {

    private final long nanos;
    private final Timeline timeline;
    private final ArrayDeque<Call> calls = new ArrayDeque<>();
    private boolean watching;

    TimeLimit(long nanos, Timeline timeline) {
        this.nanos = nanos;
        this.timeline = timeline;
    }

    void watch(Call call) {
        calls.add(call);
        if (!watching) {
            watching = true;
            timeline.after(nanos, this::check);
        }
    }

    private void check() {
        for (Call oldest = calls.peek(); oldest != null; oldest = calls.peek()) {
            long left = oldest.begun() + nanos - timeline.nanos();
            if (!oldest.isEnded() && left > 0) {
                timeline.after(left, this::check);
                return;
            }
            oldest.giveUp();
            calls.remove();
        }
        watching = false;
    }
}
