package dev.evenkeel.lb.benchmarks.peers;

import dev.evenkeel.lb.benchmarks.Measurement;
import dev.evenkeel.lb.benchmarks.OwnRows;
import dev.evenkeel.lb.benchmarks.Row;
import dev.evenkeel.lb.benchmarks.RowSource;
import java.util.ArrayList;
import java.util.List;

/** What others need for the same, and how many times theirs ours is. */
public final class PeerRows implements RowSource {

    private static final int[] SIZES = {10, 1_000};

    /** For the service loader. */
    public PeerRows() {}

    @Override
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int n : SIZES) {
            add(rows, "Armeria, round robin", OwnRows.roundRobin(n), roundRobin("armeria", n));
            add(rows, "gRPC, round robin", OwnRows.roundRobin(n), roundRobin("grpc", n));
            add(rows, "Spring Cloud, round robin", OwnRows.roundRobin(n), roundRobin("spring", n));
            add(rows, "Stork, round robin", OwnRows.roundRobin(n), roundRobin("stork", n));
            add(rows, "Vert.x, round robin", OwnRows.roundRobin(n), roundRobin("vertx", n));
            add(rows, "Armeria, weighted round robin", OwnRows.weightedRoundRobin(n), roundRobin("armeriaWeighted", n));
            add(rows, "gRPC, least request, no clock", OwnRows.twoChoicesWithoutClock(n), twoChoices("grpc", n));
            rows.add(Row.ratio(
                    "ours without a lease over gRPC, least request",
                    OwnRows.twoChoicesWithoutLease(n),
                    twoChoices("grpc", n)));
            add(rows, "Stork, two choices and clock", OwnRows.twoChoices(n), twoChoices("stork", n));
            add(rows, "Vert.x, two choices and clock", OwnRows.twoChoices(n), twoChoices("vertx", n));
        }
        return rows;
    }

    private static void add(List<Row> rows, String peer, Measurement ours, Measurement theirs) {
        rows.add(Row.absolute(peer, theirs));
        rows.add(Row.ratio("ours over " + peer, ours, theirs));
    }

    private static Measurement roundRobin(String method, int n) {
        return Measurement.of("round robin", PeerRoundRobinBenchmark.class, method, n, 1);
    }

    private static Measurement twoChoices(String method, int n) {
        return Measurement.of("two choices", PeerTwoChoicesBenchmark.class, method, n, 1);
    }
}
