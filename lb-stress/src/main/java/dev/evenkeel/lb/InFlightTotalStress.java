package dev.evenkeel.lb;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Calls that begin and end while they begin or cease to be counted in the total: what is in flight, and the total. */
public final class InFlightTotalStress {

    private InFlightTotalStress() {}

    /** A call begins. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "it is in the total")
    @State
    public static class ABeginIsCounted {

        private final LongAdder total = new LongAdder();
        private final Node node = Nodes.withLimit(1);

        @Actor
        public void begins() {
            Nodes.begins(node);
        }

        @Actor
        public void counts() {
            node.countIn(total);
        }

        @Arbiter
        public void afterwards(II_Result result) {
            result.r1 = node.inFlight();
            result.r2 = total.intValue();
        }
    }

    /** A call ends. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "it is out of the total")
    @State
    public static class AnEndIsCounted {

        private final LongAdder total = new LongAdder();
        private final Node node = Nodes.withLimit(1);
        private final @Nullable TrackedLease lease = node.begin(0, false);

        @Actor
        public void ends() {
            Nodes.end(lease);
        }

        @Actor
        public void counts() {
            node.countIn(total);
        }

        @Arbiter
        public void afterwards(II_Result result) {
            result.r1 = node.inFlight();
            result.r2 = total.intValue();
        }
    }

    /** A call begins, and is not to be counted any more. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it is not in the total")
    @State
    public static class NothingIsLeftInTheTotal {

        private final LongAdder total = new LongAdder();
        private final Node node = Nodes.withLimit(1);

        public NothingIsLeftInTheTotal() {
            node.countIn(total);
        }

        @Actor
        public void begins() {
            Nodes.begins(node);
        }

        @Actor
        public void countsNoMore() {
            node.countAlone();
        }

        @Arbiter
        public void afterwards(II_Result result) {
            result.r1 = node.inFlight();
            result.r2 = total.intValue();
        }
    }
}
