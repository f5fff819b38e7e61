package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.FailureRates.Rated;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureRatesTest {

    private final List<Rated> pool = new ArrayList<>();

    @Test
    void boundsARateFromBelow() {
        assertThat(FailureRates.lowerBound(6, 10)).isEqualTo(0.108, within(0.001));
        assertThat(FailureRates.lowerBound(300, 500)).isEqualTo(0.488, within(0.001));
        assertThat(FailureRates.lowerBound(0, 10)).isEqualTo(0, within(1e-9));
    }

    @Test
    void seesTheOneThatFailsAmongTwo() {
        rated(0, 100);
        Rated bad = rated(40, 100);
        assertThat(outliers()).containsExactly(bad);
    }

    @Test
    void namesTheWorstFirst() {
        rated(0, 100);
        Rated bad = rated(40, 100);
        Rated worse = rated(60, 100);
        rated(1, 100);
        rated(2, 100);
        assertThat(outliers()).containsExactly(worse, bad);
    }

    /** Nobody is an outlier for a failure in a thousand, however perfect the others are. */
    @Test
    void leavesAloneWhatHardlyEverFails() {
        rated(0, 10_000);
        rated(0, 10_000);
        rated(10, 10_000);
        assertThat(outliers()).isEmpty();
    }

    @Test
    void leavesAloneWhatFailsLikeTheOthers() {
        rated(30, 100);
        rated(40, 100);
        rated(50, 100);
        assertThat(outliers()).isEmpty();
    }

    @Test
    void saysNothingOfThoseWithFewCalls() {
        rated(0, 100);
        rated(9, 9);
        assertThat(outliers()).isEmpty();
        assertThat(FailureRates.outliers(List.of(), OutlierConfig.defaults())).isEmpty();
    }

    /** Counts every way in which calls can end, for instances that all fail at the same true rate. */
    @Test
    void ejectsOneOfTenEqualsLessThanOnceInAHundredHours() {
        int readingsInAnHour = 3_600 * 10;
        for (double rate : new double[] {0.001, 0.01, 0.02, 0.03, 0.033, 0.04, 0.05, 0.1, 0.2, 0.5}) {
            double bound = Math.max(0.1, 3 * rate);
            for (int calls = 10; calls <= 200; calls++) {
                double byAccident = 0;
                double probability = Math.pow(1 - rate, calls);
                for (int failures = 0; failures <= calls; failures++) {
                    byAccident += FailureRates.lowerBound(failures, calls) > bound ? probability : 0;
                    probability *= (double) (calls - failures) / (failures + 1) * rate / (1 - rate);
                }
                assertThat(byAccident * readingsInAnHour)
                        .as("%s of %s", rate, calls)
                        .isLessThan(0.01);
            }
        }
    }

    private List<Rated> outliers() {
        return FailureRates.outliers(pool, OutlierConfig.defaults());
    }

    private Rated rated(long failures, long calls) {
        Node.Events none = new Node.Events() {
            @Override
            public void drained(Node node) {}

            @Override
            public void freed() {}
        };
        Node node = new Node(
                ServiceInstance.of("10.0.0.1:" + (80 + pool.size())), () -> 0L, InFlightLimit.NONE, true, none);
        Rated rated = new Rated(node, failures, calls);
        pool.add(rated);
        return rated;
    }
}
