package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.evenkeel.lb.request.Outcome.Kind;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** One lease that several threads end: it counts once. */
public final class LeaseStress {

    private LeaseStress() {}

    /** A node, its only lease, and what is counted afterwards: in flight, successes, other ends, and whether one waits. */
    private abstract static class OneCall {

        final Node node = Nodes.newcomer();
        final TrackedLease lease = requireNonNull(node.begin(0, false));

        final void count(IIII_Result result) {
            result.r1 = node.inFlight();
            result.r2 = (int) node.outcomes(Kind.SUCCESS);
            result.r3 = (int) (node.outcomes(Kind.FAILED) + node.unreported());
            result.r4 = Nodes.isOneWaiting(node);
        }
    }

    /** Two ends. */
    @JCStressTest
    @Outcome(id = "0, 1, 0, 0", expect = ACCEPTABLE, desc = "succeeded")
    @Outcome(id = "0, 0, 1, 0", expect = ACCEPTABLE, desc = "failed")
    @State
    public static class ItEndsOnce extends OneCall {

        @Actor
        public void succeeds() {
            lease.succeeded();
        }

        @Actor
        public void fails() {
            lease.end(dev.evenkeel.lb.request.Outcome.failed());
        }

        @Arbiter
        public void afterwards(IIII_Result result) {
            count(result);
        }
    }

    /** The end and a close. */
    @JCStressTest
    @Outcome(id = "0, 1, 0, 0", expect = ACCEPTABLE, desc = "succeeded")
    @Outcome(id = "0, 0, 1, 0", expect = ACCEPTABLE, desc = "unreported")
    @State
    public static class ItEndsOrIsClosed extends OneCall {

        @Actor
        public void succeeds() {
            lease.succeeded();
        }

        @Actor
        public void closes() {
            lease.close();
        }

        @Arbiter
        public void afterwards(IIII_Result result) {
            count(result);
        }
    }

    /** The answer and the end: the latency is taken once, and nobody waits. */
    @JCStressTest
    @Outcome(id = "0, 1, 1, 0", expect = ACCEPTABLE, desc = "answered, or ended without")
    @State
    public static class ItAnswersAndEnds extends OneCall {

        @Actor
        public void answers() {
            lease.answered();
        }

        @Actor
        public void succeeds() {
            lease.succeeded();
        }

        @Arbiter
        public void afterwards(IIII_Result result) {
            count(result);
            result.r3 = Nodes.answers(node);
        }
    }

    /** The answer and a failure: if the answer came too late, nobody waits all the same. */
    @JCStressTest
    @Outcome(id = "0, 0, 1, 0", expect = ACCEPTABLE, desc = "failed")
    @State
    public static class ItAnswersAndFails extends OneCall {

        @Actor
        public void answers() {
            lease.answered();
        }

        @Actor
        public void fails() {
            lease.end(dev.evenkeel.lb.request.Outcome.failed());
        }

        @Arbiter
        public void afterwards(IIII_Result result) {
            count(result);
        }
    }
}
