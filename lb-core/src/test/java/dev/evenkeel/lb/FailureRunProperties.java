package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.request.Outcome.Kind;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class FailureRunProperties {

    private static final OutlierConfig THREE_OR_SEVEN =
            OutlierConfig.builder().neverReachedInARow(3).failuresInARow(7).build();

    /** Against the same said with lists. */
    @Property
    void countsEachKindOfFailure(@ForAll("failures") List<Kind> failures) {
        long run = FailureRun.NONE;
        for (Kind kind : failures) {
            run = FailureRun.longer(run, kind);
        }
        List<Kind> blamed = new ArrayList<>(failures);
        blamed.removeIf(kind -> kind == Kind.OVERLOADED);
        int reached = Math.max(failures.lastIndexOf(Kind.FAILED), failures.lastIndexOf(Kind.OVERLOADED));
        int neverReached = failures.size() - 1 - reached;
        assertThat(FailureRun.length(run)).isEqualTo(failures.size());
        assertThat(FailureRun.isTooLong(run, THREE_OR_SEVEN)).isEqualTo(neverReached >= 3 || blamed.size() >= 7);
        assertThat(FailureRun.toString(run))
                .isEqualTo(
                        neverReached == blamed.size() && neverReached > 0
                                ? neverReached + " calls in a row did not reach it"
                                : blamed.size() + " calls in a row failed");
    }

    @Property
    void forgetsTheEndThatDidNotReachTheInstance(@ForAll("failures") List<Kind> failures) {
        long run = FailureRun.NONE;
        long upToTheLastThatDid = FailureRun.NONE;
        for (Kind kind : failures) {
            run = FailureRun.longer(run, kind);
            upToTheLastThatDid = kind == Kind.NEVER_REACHED ? upToTheLastThatDid : run;
        }
        assertThat(FailureRun.reached(run)).isEqualTo(FailureRun.reached(upToTheLastThatDid));
        assertThat(FailureRun.length(FailureRun.reached(run))).isEqualTo(FailureRun.length(upToTheLastThatDid));
        assertThat(FailureRun.failed(FailureRun.reached(run))).isEqualTo(FailureRun.failed(upToTheLastThatDid));
    }

    @Provide
    Arbitrary<List<Kind>> failures() {
        return Arbitraries.of(Kind.FAILED, Kind.NEVER_REACHED, Kind.OVERLOADED)
                .list()
                .ofMaxSize(20);
    }

    @Example
    void doesNotOverflow() {
        long run = FailureRun.NONE;
        for (int i = 0; i < FailureRun.MAX + 10; i++) {
            run = FailureRun.longer(run, Kind.NEVER_REACHED);
        }
        assertThat(FailureRun.length(run)).isEqualTo(FailureRun.MAX);
        assertThat(FailureRun.toString(run)).startsWith(FailureRun.MAX + " calls");
        assertThat(run).isPositive();
    }
}
