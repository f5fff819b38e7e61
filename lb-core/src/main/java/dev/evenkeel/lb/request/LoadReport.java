package dev.evenkeel.lb.request;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import dev.evenkeel.lb.text.Printable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of its own load, after the report of ORCA (Open Request Cost Aggregation). An immutable value. What
 * it does not say is 0.
 */
public final class LoadReport {

    /** The most named metrics that a report may have. */
    public static final int MAX_NAMED_METRICS = 64;

    /** The longest name of a metric, in characters. */
    public static final int MAX_NAME_LENGTH = 128;

    private final double applicationUtilization;
    private final double cpuUtilization;
    private final double memUtilization;
    private final double rps;
    private final double eps;
    private final ImmutableMap<String, Double> namedMetrics;

    private LoadReport(Builder builder) {
        this.applicationUtilization = builder.applicationUtilization;
        this.cpuUtilization = builder.cpuUtilization;
        this.memUtilization = builder.memUtilization;
        this.rps = builder.rps;
        this.eps = builder.eps;
        this.namedMetrics = ImmutableMap.copyOf(builder.namedMetrics);
    }

    /** A builder of a report that says nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** How busy the application says it is: 1 is as much as it should bear, and it may be more. */
    public double applicationUtilization() {
        return applicationUtilization;
    }

    /** The share of its processors that is in use; may be more than 1. */
    public double cpuUtilization() {
        return cpuUtilization;
    }

    /** The share of its memory that is in use. */
    public double memUtilization() {
        return memUtilization;
    }

    /** Requests per second, from all clients. */
    public double rps() {
        return rps;
    }

    /** Failed requests per second, from all clients. */
    public double eps() {
        return eps;
    }

    /** What else it measures, by name. Unmodifiable. */
    public Map<String, Double> namedMetrics() {
        return namedMetrics;
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof LoadReport other
                && Double.compare(applicationUtilization, other.applicationUtilization) == 0
                && Double.compare(cpuUtilization, other.cpuUtilization) == 0
                && Double.compare(memUtilization, other.memUtilization) == 0
                && Double.compare(rps, other.rps) == 0
                && Double.compare(eps, other.eps) == 0
                && namedMetrics.equals(other.namedMetrics);
    }

    @Override
    public int hashCode() {
        return Objects.hash(applicationUtilization, cpuUtilization, memUtilization, rps, eps, namedMetrics);
    }

    @Override
    public String toString() {
        return Printable.of("LoadReport[application=" + applicationUtilization + ", cpu=" + cpuUtilization + ", mem="
                + memUtilization + ", rps=" + rps + ", eps=" + eps + ", named=" + namedMetrics + "]");
    }

    /** Builds reports; not safe for concurrent use. Every setter refuses a bad value at once. */
    public static final class Builder {

        private double applicationUtilization;
        private double cpuUtilization;
        private double memUtilization;
        private double rps;
        private double eps;
        private final Map<String, Double> namedMetrics = new LinkedHashMap<>();

        private Builder() {}

        /** Sets how busy the application is, as a share of what it should bear: finite, not negative. Default 0. */
        public Builder applicationUtilization(double share) {
            this.applicationUtilization = checked("applicationUtilization", share);
            return this;
        }

        /** Sets the share of the processors in use: finite, not negative. Default 0. */
        public Builder cpuUtilization(double share) {
            this.cpuUtilization = checked("cpuUtilization", share);
            return this;
        }

        /** Sets the share of the memory in use: finite, not negative. Default 0. */
        public Builder memUtilization(double share) {
            this.memUtilization = checked("memUtilization", share);
            return this;
        }

        /** Sets the requests per second: finite, not negative. Default 0. */
        public Builder rps(double requestsPerSecond) {
            this.rps = checked("rps", requestsPerSecond);
            return this;
        }

        /** Sets the failed requests per second: finite, not negative. Default 0. */
        public Builder eps(double errorsPerSecond) {
            this.eps = checked("eps", errorsPerSecond);
            return this;
        }

        /**
         * Adds a metric, or replaces the one of that name. At most 64 metrics; a name has from 1 to 128 printable
         * characters, a value is finite and may be negative.
         */
        public Builder namedMetric(String name, double value) {
            requireNonNull(name, "name");
            if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || !Printable.isPrintable(name)) {
                throw refusal("name", "\"" + name + "\"", "1.." + MAX_NAME_LENGTH + " printable characters");
            }
            if (!Double.isFinite(value)) {
                throw refusal(name, value, "finite");
            }
            if (namedMetrics.size() == MAX_NAMED_METRICS && !namedMetrics.containsKey(name)) {
                throw refusal("namedMetrics", (MAX_NAMED_METRICS + 1) + " entries", "at most " + MAX_NAMED_METRICS);
            }
            namedMetrics.put(name, value);
            return this;
        }

        public LoadReport build() {
            return new LoadReport(this);
        }

        private static double checked(String parameter, double value) {
            if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
                throw refusal(parameter, value, ">= 0 and finite");
            }
            return value + 0.0; // -0.0 becomes 0.0
        }

        private static IllegalArgumentException refusal(String parameter, Object value, String expected) {
            return new IllegalArgumentException(
                    Printable.of((Object) parameter) + ": " + Printable.of(value) + " (expected: " + expected + ")");
        }
    }
}
