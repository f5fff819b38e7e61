package dev.evenkeel.lb.benchmarks.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts what happens: latencies of what begins while it is measured, picks by server and second, and who is taken out and
 * back.
 */
final class Recorder {

    private final Scenario scenario;
    private final Latencies latencies = new Latencies();
    private final int[][] picks;

    /** By the second in which they began. */
    private final int[] lost;

    private final List<Change> changes = new ArrayList<>();
    private long failed;
    private long timedOut;

    Recorder(Scenario scenario) {
        this.scenario = scenario;
        int seconds = 1 + (int) ((scenario.measured().untilNanos() + scenario.longestNanos()) / 1_000_000_000);
        this.lost = new int[seconds];
        this.picks = new int[scenario.servers().size()][seconds];
    }

    void picked(int server, long now) {
        picks[server][second(now)]++;
    }

    void changed(Change change) {
        changes.add(change);
    }

    void answered(long begun, long now) {
        if (scenario.measured().holds(begun)) {
            latencies.add(now - begun);
        }
    }

    /** Counts as having taken as long as a call may. */
    void failed(long begun) {
        if (scenario.measured().holds(begun)) {
            latencies.add(scenario.longestNanos());
            failed++;
            lost[second(begun)]++;
        }
    }

    void timedOut(long begun) {
        if (scenario.measured().holds(begun)) {
            latencies.add(scenario.longestNanos());
            timedOut++;
            lost[second(begun)]++;
        }
    }

    private static int second(long nanos) {
        return (int) (nanos / 1_000_000_000);
    }

    Result result() {
        return new Result(scenario, latencies, failed, timedOut, picks, lost, changes);
    }
}
