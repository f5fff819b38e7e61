package dev.evenkeel.lb.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PurseProperties {

    enum Event {
        EARN,
        SPEND,
        DEBIT,
        WAIT
    }

    record Step(Event event, int times, long nanos) {}

    /** Never overdrawn, never more than a hundred, and never more spent than was there and came in. */
    @Property
    void whatGoesOutHasComeIn(@ForAll("steps") List<Step> steps, @ForAll long origin) {
        AtomicLong nanos = new AtomicLong(origin);
        Purse purse = new Purse(nanos::get);
        double cameIn = 10;
        int spent = 0;
        for (Step step : steps) {
            for (int i = 0; i < step.times(); i++) {
                double before = purse.level();
                switch (step.event()) {
                    case EARN -> {
                        purse.earn();
                        cameIn += 0.2;
                    }
                    case SPEND -> {
                        boolean paid = purse.spend();
                        assertThat(paid).isEqualTo(before >= 1);
                        spent += paid ? 1 : 0;
                    }
                    case DEBIT -> purse.debit();
                    case WAIT -> {
                        nanos.addAndGet(step.nanos());
                        cameIn += step.nanos() / 1e9;
                        assertThat(purse.level()).isGreaterThanOrEqualTo(before);
                    }
                }
                assertThat(purse.level()).isBetween(0.0, 100.0);
                assertThat(spent).isLessThanOrEqualTo((int) Math.floor(cameIn + 0.001 + 1e-6));
            }
        }
    }

    /** A clock that goes back takes nothing out, and brings nothing in twice. */
    @Property
    void aClockThatGoesBackIsNoHarm(@ForAll("steps") List<Step> steps) {
        AtomicLong nanos = new AtomicLong();
        Purse purse = new Purse(nanos::get);
        int spent = 0;
        for (Step step : steps) {
            nanos.addAndGet(-step.nanos());
            spent += purse.spend() ? 1 : 0;
            assertThat(purse.level()).isBetween(0.0, 10.0);
        }
        assertThat(spent).isLessThanOrEqualTo(10);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.of(Event.class),
                        Arbitraries.integers().between(1, 40),
                        Arbitraries.longs().between(0, 5_000_000_000L))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }
}
