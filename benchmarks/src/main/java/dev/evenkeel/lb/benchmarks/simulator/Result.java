package dev.evenkeel.lb.benchmarks.simulator;

/** What came of a simulation. */
final class Result {

    private final Latencies latencies;
    private final long failed;
    private final long timedOut;
    private final int[][] picks;

    Result(Latencies latencies, long failed, long timedOut, int[][] picks) {
        this.latencies = latencies;
        this.failed = failed;
        this.timedOut = timedOut;
        this.picks = picks;
    }

    /** How many calls were measured. */
    long calls() {
        return latencies.size();
    }

    /** In milliseconds, as the clients see it; calls that fail or take too long count as the time limit. */
    double millis(double quantile) {
        return latencies.quantile(quantile) / 1e6;
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

    private long picks(int server, Span when) {
        long sum = 0;
        for (int second = when.from(); second < when.until(); second++) {
            sum += picks[server][second];
        }
        return sum;
    }
}
