package dev.evenkeel.lb.call;

import dev.evenkeel.lb.request.LoadReport;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The entries of a load report while it is read, by the names of the protobuf message; entries of its maps with a dot. */
final class OrcaFields {

    static final String NAMED_METRICS = "named_metrics";
    static final String REQUEST_COST = "request_cost";
    static final String UTILIZATION = "utilization";

    static final int MAX_ENTRIES = 64;

    private final Map<String, Double> entries = new LinkedHashMap<>();

    /** Adds an entry that must not be there yet. Returns whether all is well. */
    boolean addOnce(String name, double value) {
        return !entries.containsKey(name) && add(name, value);
    }

    /** Adds an entry, or replaces it. Returns whether all is well. */
    boolean add(String name, double value) {
        entries.put(name, value);
        return entries.size() <= MAX_ENTRIES;
    }

    /** What the entries say, if that is possible. */
    Optional<LoadReport> report() {
        LoadReport.Builder report = LoadReport.builder();
        try {
            entries.forEach((name, value) -> set(report, name, value));
        } catch (IllegalArgumentException impossible) {
            return Optional.empty();
        }
        return Optional.of(report.build());
    }

    private void set(LoadReport.Builder report, String name, double value) {
        switch (name) {
            case "application_utilization" -> report.applicationUtilization(value);
            case "cpu_utilization" -> report.cpuUtilization(value);
            case "mem_utilization" -> report.memUtilization(value);
            case "eps" -> report.eps(value);
            case "rps_fractional" -> report.rps(value);
            case "rps" -> {
                if (!entries.containsKey("rps_fractional")) {
                    report.rps(value);
                }
            }
            default -> setInMap(report, name, value);
        }
    }

    private static void setInMap(LoadReport.Builder report, String name, double value) {
        int dot = name.indexOf('.');
        String map = dot < 0 ? "" : name.substring(0, dot);
        if (map.equals(NAMED_METRICS)) {
            report.namedMetric(name.substring(dot + 1), value);
        } else if (isMap(map)) {
            report.namedMetric(name, value);
        }
    }

    static boolean isMap(String name) {
        return name.equals(NAMED_METRICS) || name.equals(REQUEST_COST) || name.equals(UTILIZATION);
    }
}
