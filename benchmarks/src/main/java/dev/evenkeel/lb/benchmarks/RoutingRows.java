package dev.evenkeel.lb.benchmarks;

import dev.evenkeel.lb.benchmarks.Row.Limit;
import dev.evenkeel.lb.routing.RoutesBenchmark;
import java.util.ArrayList;
import java.util.List;

/** What rules cost; n is the number of rules. */
final class RoutingRows implements RowSource {

    private static final int MANY = 1_000;

    @Override
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int n : List.of(10, MANY)) {
            rows.add(Row.absolute("router by host", routing("floor", n)));
            rows.add(Row.absolute("rules, by host", routing("byHost", n)).goal(1_000));
            rows.add(Row.absolute("rules, by prefix", routing("byPrefix", n)).goal(1_000));
            rows.add(Row.absolute("rules, by template and method", routing("byTemplate", n))
                    .goal(1_000));
            rows.add(Row.absolute("rules, none matches", routing("byNone", n)).goal(1_000));
        }
        rows.add(Row.absolute("rules, by template and method", routing("byTemplate", MANY))
                .by(Limit.BYTES)
                .goal(0));
        return rows;
    }

    private static Measurement routing(String method, int n) {
        return Measurement.of("routing", RoutesBenchmark.class, method, n, 1);
    }
}
