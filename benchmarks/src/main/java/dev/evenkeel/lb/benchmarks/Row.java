package dev.evenkeel.lb.benchmarks;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table: what was measured, what it is compared with, and how good it should be.
 *
 * @param floor null where only the absolute number counts
 * @param limit what the row is judged by
 * @param goal null for a row that only informs
 * @param least what is good enough; null where nothing but the goal is
 */
public record Row(
        String what,
        Measurement subject,
        @Nullable Measurement floor,
        Limit limit,
        @Nullable Double goal,
        @Nullable Double least) {

    /** The number that a goal is about. */
    public enum Limit {
        RATIO("x"),
        NANOS("ns"),
        /** What each further instance adds, between the two sizes. */
        NANOS_EACH("ns"),
        MICROS("us"),
        BYTES("B");

        private final String unit;

        Limit(String unit) {
            this.unit = unit;
        }

        String unit() {
            return unit;
        }
    }

    /** A row that says how many times the floor something costs. */
    public static Row ratio(String what, Measurement subject, Measurement floor) {
        return new Row(what, subject, floor, Limit.RATIO, null, null);
    }

    /** A row that says what something costs. */
    public static Row absolute(String what, Measurement subject) {
        return new Row(what, subject, null, Limit.NANOS, null, null);
    }

    Row goal(double wanted) {
        return new Row(what, subject, floor, limit, wanted, least);
    }

    Row goal(double wanted, double enough) {
        return new Row(what, subject, floor, limit, wanted, enough);
    }

    Row least(double enough) {
        return new Row(what, subject, floor, limit, goal, enough);
    }

    Row by(Limit other) {
        return new Row(what, subject, floor, other, goal, least);
    }

    Stream<Measurement> measurements() {
        return Stream.of(subject, floor == null ? subject : floor).distinct();
    }

    /** The number of the limit in each round; the rounds are paired, so that what disturbs one disturbs both sides. */
    List<Double> values(Results results) {
        List<Result> subjects = results.of(subject);
        List<Double> values = new ArrayList<>();
        for (int round = 0; round < subjects.size(); round++) {
            Result one = subjects.get(round);
            values.add(
                    switch (limit) {
                        case RATIO ->
                            one.nanos()
                                    / results.of(requireNonNull(floor))
                                            .get(round)
                                            .nanos();
                        case NANOS -> one.nanos();
                        case NANOS_EACH -> {
                            Measurement smaller = requireNonNull(floor);
                            double added =
                                    one.nanos() - results.of(smaller).get(round).nanos();
                            yield added / (subject.n() - smaller.n());
                        }
                        case MICROS -> one.nanos() / 1000;
                        case BYTES -> one.bytes();
                    });
        }
        return values;
    }

    /** How it went: in words of the table. */
    String verdict(double value) {
        double rounded = limit == Limit.BYTES ? Math.rint(value) : value; // the profiler counts a little of its own
        if (goal == null && least == null) {
            return "";
        }
        if (goal != null && rounded <= goal) {
            return "goal";
        }
        if (least != null && rounded <= least) {
            return "least";
        }
        return "MISSED";
    }
}
