package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.LoadReport;
import java.util.Optional;

/**
 * What one instance has reported, reduced to a weight: the requests per second that it would serve at full utilization.
 *
 * <pre>
 * sample = rps / (utilization + PENALTY * eps / rps)      utilization: of the application, else of the processors
 * ln w   = ln w + a * (ln sample - ln w)                  a = 1 - 2^(-dt / HALF_LIFE), dt = time between the two reports
 * </pre>
 *
 * <p>The average is of logarithms, so that one report of next to no utilization, whose sample is huge, is forgotten as
 * soon as any other. Example: w is 100, and 5 s after the last report comes one that makes 400: a = 1/2, and w becomes 200.
 *
 * <p>A report without requests or without utilization has no sample, and is as if it had not been made. Immutable; time is
 * passed in.
 */
final class ReportHistory {

    /** From the first report until they count: a server that has just started is not yet what it will be (A58). */
    static final long BLACKOUT_NANOS = 10_000_000_000L;

    /** From the last report until it is forgotten: a load of minutes ago says nothing of now (A58). */
    static final long EXPIRATION_NANOS = 180_000_000_000L;

    /** Half of a change is followed in 5 s: one report among many moves little, and a blackout is two of them. */
    private static final double HALF_LIFE_NANOS = 5e9;

    /** What an error rate of 1 adds to the utilization: a server that fails everything fast is not free (A58). */
    private static final double ERROR_PENALTY = 1.0;

    /** What came in before is not of this history. */
    private final long begun;

    private final boolean isEmpty;

    /** When the first and the last report came in, and the average; without meaning while empty. */
    private final long first;

    private final long last;
    private final double logWeight;

    private ReportHistory(long begun, boolean isEmpty, long first, long last, double logWeight) {
        this.begun = begun;
        this.isEmpty = isEmpty;
        this.first = first;
        this.last = last;
        this.logWeight = logWeight;
    }

    static ReportHistory beginning(long now) {
        return new ReportHistory(now, true, now, now, 0);
    }

    /** This one, and the newest report if it is a new one. */
    ReportHistory with(Optional<ReceivedReport> newest) {
        if (newest.isEmpty()) {
            return this;
        }
        long time = newest.get().nanos();
        if (time - begun < 0 || (!isEmpty && time - last <= 0)) {
            return this;
        }
        double sample = sample(newest.get().report());
        if (sample == 0) {
            return this;
        }
        double log = Math.log(sample);
        if (isEmpty || time - last >= EXPIRATION_NANOS) {
            return new ReportHistory(begun, false, time, time, log);
        }
        double share = 1 - Math.pow(2, -(time - last) / HALF_LIFE_NANOS);
        return new ReportHistory(begun, false, first, time, logWeight + share * (log - logWeight));
    }

    /** The weight at this time, or 0 if the reports do not count. */
    double weight(long now) {
        boolean counts = !isEmpty && now - first >= BLACKOUT_NANOS && now - last < EXPIRATION_NANOS;
        return counts ? Math.exp(logWeight) : 0;
    }

    /** 0 for a report that says too little, or what no server can be. */
    private static double sample(LoadReport report) {
        double utilization =
                report.applicationUtilization() > 0 ? report.applicationUtilization() : report.cpuUtilization();
        if (utilization == 0 || report.rps() == 0) {
            return 0;
        }
        double sample = report.rps() / (utilization + ERROR_PENALTY * report.eps() / report.rps());
        return Double.isFinite(sample) ? sample : 0;
    }
}
