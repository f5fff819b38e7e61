package dev.evenkeel.lb.benchmarks.simulator;

/** Counts what happens: latencies of the calls that begin while it is measured, and picks by server and second. */
final class Recorder {

    private final Span measured;
    private final long timeoutNanos;
    private final Latencies latencies = new Latencies();
    private final int[][] picks;
    private long failed;
    private long timedOut;

    Recorder(Span measured, long timeoutNanos, int servers) {
        this.measured = measured;
        this.timeoutNanos = timeoutNanos;
        this.picks = new int[servers][measured.until()];
    }

    void picked(int server, long now) {
        picks[server][(int) (now / 1_000_000_000)]++;
    }

    void answered(long begun, long now) {
        if (measured.holds(begun)) {
            latencies.add(now - begun);
        }
    }

    /** Counts as having taken as long as a call may. */
    void failed(long begun) {
        if (measured.holds(begun)) {
            latencies.add(timeoutNanos);
            failed++;
        }
    }

    void timedOut(long begun) {
        if (measured.holds(begun)) {
            latencies.add(timeoutNanos);
            timedOut++;
        }
    }

    Result result() {
        return new Result(latencies, failed, timedOut, picks);
    }
}
