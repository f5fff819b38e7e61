package dev.evenkeel.lb;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.evenkeel.lb.request.Outcome.Kind;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Calls that begin and end at the same moment. */
public final class InFlightStress {

    private InFlightStress() {}

    /** One place, two calls. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the first one has it")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the second one has it")
    @State
    public static class OnePlaceIsTakenOnce {

        private final Node node = Nodes.withLimit(1);

        @Actor
        public void first(III_Result result) {
            result.r1 = Nodes.begins(node);
        }

        @Actor
        public void second(III_Result result) {
            result.r2 = Nodes.begins(node);
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r3 = node.inFlight();
        }
    }

    /** The place of a call that ends is free for the next one, or still taken; it is never lost. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "it has got the place")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "it came too early")
    @State
    public static class APlaceIsGivenBack {

        private final Node node = Nodes.withLimit(1);
        private final @Nullable TrackedLease before = node.begin(0, false);

        @Actor
        public void ends() {
            Nodes.end(before);
        }

        @Actor
        public void begins(II_Result result) {
            result.r1 = Nodes.begins(node);
        }

        @Arbiter
        public void afterwards(II_Result result) {
            result.r2 = node.inFlight();
        }
    }

    /** In flight, successes and whether one is waiting, after two calls from begin to end. */
    @JCStressTest
    @Outcome(id = "0, 2, 0", expect = ACCEPTABLE, desc = "both are counted")
    @State
    public static class NothingIsLeftOfTwoCalls {

        private final Node node = Nodes.withLimit(2);

        @Actor
        public void first() {
            Nodes.end(node.begin(0, false));
        }

        @Actor
        public void second() {
            Nodes.end(node.begin(0, false));
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r1 = node.inFlight();
            result.r2 = (int) node.outcomes(Kind.SUCCESS);
            result.r3 = Nodes.isOneWaiting(node);
        }
    }

    /** Whether the call began, whether the drain saw nobody, how often the node said that it is empty. */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "refused")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "over before")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "seen by the drain, and its end told")
    @State
    public static class ADrainMissesNobody {

        private final Nodes.Told told = new Nodes.Told();
        private final Node node = Nodes.telling(told);

        @Actor
        public void calls(III_Result result) {
            TrackedLease lease = node.begin(0, false);
            if (lease != null) {
                result.r1 = 1;
                lease.succeeded();
            }
        }

        @Actor
        public void drains(III_Result result) {
            result.r2 = node.drain() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r3 = told.drained.get();
        }
    }

    /** Whether the call began, and how often the node said that it has a place: whoever is refused is told of the next. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the place was free already")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "refused before it was")
    @State
    public static class AFreePlaceIsTold {

        private final Nodes.Told told = new Nodes.Told();
        private final Node node = Nodes.telling(told);
        private final @Nullable TrackedLease before = node.begin(0, false);

        @Actor
        public void ends() {
            Nodes.end(before);
        }

        @Actor
        public void begins(II_Result result) {
            result.r1 = Nodes.begins(node);
        }

        @Arbiter
        public void afterwards(II_Result result) {
            result.r2 = told.freed.get();
        }
    }

    /** The 64th success, and two looks at how many there are. */
    @JCStressTest
    @Outcome(id = "63, 63", expect = ACCEPTABLE, desc = "before")
    @Outcome(id = "63, 64", expect = ACCEPTABLE, desc = "in between")
    @Outcome(id = "64, 64", expect = ACCEPTABLE, desc = "after")
    @State
    public static class SuccessesNeverGoBack {

        private final Node node = Nodes.withLimit(1);

        public SuccessesNeverGoBack() {
            for (int i = 0; i < 63; i++) {
                Nodes.end(node.begin(0, false));
            }
        }

        @Actor
        public void succeeds() {
            Nodes.end(node.begin(0, false));
        }

        @Actor
        public void looks(II_Result result) {
            result.r1 = (int) node.outcomes(Kind.SUCCESS);
            result.r2 = (int) node.outcomes(Kind.SUCCESS);
        }
    }
}
