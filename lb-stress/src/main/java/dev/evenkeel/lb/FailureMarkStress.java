package dev.evenkeel.lb;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.evenkeel.lb.request.Outcome.Kind;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The mark that tells successes of failures, when one comes while another success takes it off. */
public final class FailureMarkStress {

    private FailureMarkStress() {}

    /** The row of failures and the mark, after a success has forgotten an old failure and a call has failed. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the failure came last")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the success came last, and does not forget what is new")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "the success came last, and saw the old failure only")
    @State
    public static class ARowIsNeverWithoutTheMark {

        private static final long LATER = TimeUnit.HOURS.toNanos(1);

        private final CallStatistics statistics = new CallStatistics(InFlightLimit.NONE, () -> 0);

        public ARowIsNeverWithoutTheMark() {
            statistics.failed(0);
        }

        @Actor
        public void succeeds() {
            statistics.mend(LATER);
        }

        @Actor
        public void fails() {
            statistics.failed(LATER);
            statistics.countFailureInARow(Kind.FAILED);
        }

        @Arbiter
        public void afterwards(II_Result result) {
            result.r1 = statistics.failuresInARow();
            result.r2 = statistics.isFailing() ? 1 : 0;
        }
    }
}
