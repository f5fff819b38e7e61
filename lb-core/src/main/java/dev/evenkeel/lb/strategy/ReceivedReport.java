package dev.evenkeel.lb.strategy;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.LoadReport;

/** A report of a server's load, and when it came in. An immutable value. */
public final class ReceivedReport {

    private final LoadReport report;
    private final long nanos;

    private ReceivedReport(LoadReport report, long nanos) {
        this.report = report;
        this.nanos = nanos;
    }

    /** A report that came in at this reading of the balancer's clock. */
    public static ReceivedReport of(LoadReport report, long nanos) {
        return new ReceivedReport(requireNonNull(report, "report"), nanos);
    }

    /** What the server says. */
    public LoadReport report() {
        return report;
    }

    /** When it came in, by {@link Candidates#ticker()}: to be compared with another reading by subtraction. */
    public long nanos() {
        return nanos;
    }

    @Override
    public String toString() {
        return report.toString();
    }
}
