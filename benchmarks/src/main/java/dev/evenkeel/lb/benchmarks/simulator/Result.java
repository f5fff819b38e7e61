package dev.evenkeel.lb.benchmarks.simulator;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What came of a simulation. */
final class Result {

    private final Scenario scenario;
    private final Latencies latencies;
    private final long failed;
    private final long timedOut;
    private final int[][] picks;
    private final int[] lost;
    private final List<Change> changes;

    Result(
            Scenario scenario,
            Latencies latencies,
            long failed,
            long timedOut,
            int[][] picks,
            int[] lost,
            List<Change> changes) {
        this.scenario = scenario;
        this.latencies = latencies;
        this.failed = failed;
        this.timedOut = timedOut;
        this.picks = picks;
        this.lost = lost;
        this.changes = List.copyOf(changes);
    }

    /** How many calls were measured. */
    long calls() {
        return latencies.size();
    }

    /** In milliseconds, as the clients see it; calls that fail or take too long count as the time limit. */
    double millis(double quantile) {
        return latencies.quantile(quantile) / 1e6;
    }

    /** In milliseconds, like the others. */
    double meanMillis() {
        return latencies.mean() / 1e6;
    }

    /** How many of the measured calls failed or took too long. */
    long lost() {
        return failed + timedOut;
    }

    /** Of those that began then. */
    long lost(Span when) {
        return Arrays.stream(lost, when.from(), when.until()).sum();
    }

    /** Of the measured calls. */
    double failedShare() {
        return (double) failed / calls();
    }

    /** Of the measured calls. */
    double timedOutShare() {
        return (double) timedOut / calls();
    }

    /** What part of all calls this server was sent. */
    double share(int server, Span when) {
        long all = 0;
        for (int i = 0; i < picks.length; i++) {
            all += picks(i, when);
        }
        return (double) picks(server, when) / all;
    }

    /** What part of all calls the server was sent that got most. */
    double largestShare(Span when) {
        double largest = 0;
        for (int i = 0; i < picks.length; i++) {
            largest = Math.max(largest, share(i, when));
        }
        return largest;
    }

    /** How many calls this server was sent. */
    long picks(int server, Span when) {
        long sum = 0;
        for (int second = when.from(); second < when.until(); second++) {
            sum += picks[server][second];
        }
        return sum;
    }

    /** Who was taken out and back, in order. */
    List<Change> changes() {
        return changes;
    }

    /** How often a client took a server out. */
    long ejections() {
        return changes.stream().filter(Change::out).count();
    }

    /** How often it did so though nothing was wrong with the server, nor had been of late. */
    long wrongEjections() {
        return changes.stream()
                .filter(Change::out)
                .filter(change -> !scenario.isIll(change.server(), change.nanos()))
                .count();
    }

    /** How many servers a client had out at once, at most. */
    int mostOutAtOnce() {
        int most = 0;
        Set<List<Integer>> out = new HashSet<>();
        Map<Integer, Integer> sizes = new HashMap<>();
        for (Change change : changes) {
            List<Integer> who = List.of(change.client(), change.server());
            if (change.out() ? out.add(who) : out.remove(who)) {
                most = Math.max(most, sizes.merge(change.client(), change.out() ? 1 : -1, Integer::sum));
            }
        }
        return most;
    }
}
