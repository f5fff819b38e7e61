package dev.evenkeel.lb;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.evenkeel.lb.admission.Purse;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Calls that pay from one purse while time stands still: who gets something, and what is left, in tenths. */
public final class PurseStress {

    private PurseStress() {}

    private static Purse purse(int holding) {
        Purse purse = new Purse(() -> 0);
        for (int i = 10; i > holding; i--) {
            purse.spend();
        }
        return purse;
    }

    private static int tenths(Purse purse) {
        return (int) Math.round(10 * purse.level());
    }

    /** Two want what is there for one. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "the first gets it")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the second gets it")
    @State
    public static class OnePays {

        private final Purse purse = purse(1);

        @Actor
        public void first(III_Result result) {
            result.r1 = purse.spend() ? 1 : 0;
        }

        @Actor
        public void second(III_Result result) {
            result.r2 = purse.spend() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r3 = tenths(purse);
        }
    }

    /** One pays while another one earns. */
    @JCStressTest
    @Outcome(id = "1, 0, 12", expect = ACCEPTABLE, desc = "neither is lost")
    @State
    public static class NothingIsLost {

        private final Purse purse = purse(2);

        @Actor
        public void pays(III_Result result) {
            result.r1 = purse.spend() ? 1 : 0;
        }

        @Actor
        public void earns() {
            purse.earn();
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r3 = tenths(purse);
        }
    }

    /** One pays while another one has to. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "it has paid before")
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "there was nothing left")
    @State
    public static class ADebitDoesNotOverdraw {

        private final Purse purse = purse(1);

        @Actor
        public void pays(III_Result result) {
            result.r1 = purse.spend() ? 1 : 0;
        }

        @Actor
        public void owes() {
            purse.debit();
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r3 = tenths(purse);
        }
    }
}
