package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.FakeCandidate;
import java.time.Duration;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Whatever is known of a candidate, the figure is one that can be compared, and it follows what it is made of. */
class ExpectedTimeProperties {

    private static final ExpectedTime EXPECTED_TIME = new ExpectedTime(AdaptiveConfig.defaults());

    /** Times are ages: how long ago. Those below zero are of a clock that went back. */
    record Known(
            int inFlight,
            long latency,
            long answered,
            long waiting,
            double share,
            int inARow,
            long failed,
            double inverseWeight,
            double typical,
            long now) {

        double time() {
            FakeCandidate candidate = new FakeCandidate(ServiceInstance.of("10.0.0.1:80"))
                    .inFlight(inFlight)
                    .latency(Duration.ofNanos(latency), now - answered)
                    .failures(share, inARow, now - failed);
            if (waiting != 0) {
                candidate.waitingSince(now - waiting);
            }
            return EXPECTED_TIME.of(candidate, inverseWeight, now, typical);
        }

        Known inFlight(int more) {
            return new Known(more, latency, answered, waiting, share, inARow, failed, inverseWeight, typical, now);
        }

        Known latency(long other) {
            return new Known(inFlight, other, answered, waiting, share, inARow, failed, inverseWeight, typical, now);
        }

        Known answered(long other) {
            return new Known(inFlight, latency, other, waiting, share, inARow, failed, inverseWeight, typical, now);
        }

        Known waiting(long other) {
            return new Known(inFlight, latency, answered, other, share, inARow, failed, inverseWeight, typical, now);
        }

        Known failures(double otherShare, int otherInARow, long otherFailed) {
            return new Known(
                    inFlight,
                    latency,
                    answered,
                    waiting,
                    otherShare,
                    otherInARow,
                    otherFailed,
                    inverseWeight,
                    typical,
                    now);
        }

        Known inverseWeight(double other) {
            return new Known(inFlight, latency, answered, waiting, share, inARow, failed, other, typical, now);
        }
    }

    @Provide
    Arbitrary<Known> known() {
        Arbitrary<Long> latencies = Arbitraries.longs().between(0, 1L << 52);
        Arbitrary<Long> ages = Arbitraries.longs();
        Arbitrary<Double> shares = Arbitraries.oneOf(
                Arbitraries.just(0.0),
                Arbitraries.doubles().between(0, 0.99),
                powersOfTen(-12, -1).map(toOne -> 1 - toOne));
        return Combinators.combine(
                        Combinators.combine(Arbitraries.integers().between(0, 1 << 18), latencies, ages, ages)
                                .as((inFlight, latency, answered, waiting) ->
                                        new Known(inFlight, latency, answered, waiting, 0, 0, 0, 1, 1, 0)),
                        shares,
                        Arbitraries.integers().between(0, 1 << 30),
                        ages,
                        powersOfTen(-100, 100),
                        powersOfTen(0, 16),
                        ages)
                .as((first, share, inARow, failed, weight, typical, now) -> new Known(
                        first.inFlight,
                        first.latency,
                        first.answered,
                        first.waiting,
                        share,
                        inARow,
                        failed,
                        weight,
                        typical,
                        now));
    }

    private static Arbitrary<Double> powersOfTen(int least, int most) {
        return Arbitraries.integers().between(10 * least, 10 * most).map(tenths -> Math.pow(10, tenths / 10.0));
    }

    @Property
    void isFiniteAndPositive(@ForAll("known") Known known) {
        assertThat(known.time()).isFinite().isPositive();
    }

    @Property
    void growsWithTheCallsInFlight(@ForAll("known") Known known, @ForAll @IntRange(min = 0, max = 1 << 18) int other) {
        assertInOrder(known.inFlight(Math.min(other, known.inFlight)), known.inFlight(Math.max(other, known.inFlight)));
    }

    /** Of those that have answered: no answer is no latency of zero. */
    @Property
    void growsWithTheLatency(@ForAll("known") Known known, @ForAll @LongRange(min = 1, max = 1L << 52) long other) {
        long latency = Math.max(1, known.latency);
        assertInOrder(known.latency(Math.min(other, latency)), known.latency(Math.max(other, latency)));
    }

    @Property
    void growsWithTheTimeThatACallHasBeenWaiting(
            @ForAll("known") Known known,
            @ForAll @LongRange(min = 0) long one,
            @ForAll @LongRange(min = 0) long other) {
        assertInOrder(known.waiting(Math.min(one, other)), known.waiting(Math.max(one, other)));
    }

    @Property
    void growsWithTheShareOfFailures(
            @ForAll("known") Known known,
            @ForAll @DoubleRange(min = 0, max = 0.99) double one,
            @ForAll @DoubleRange(min = 0, max = 0.99) double other) {
        if (one > 0 && other > 0) { // without one in the share there is none in a row
            assertInOrder(
                    known.failures(Math.min(one, other), known.inARow, known.failed),
                    known.failures(Math.max(one, other), known.inARow, known.failed));
        }
        assertInOrder(known.failures(0, 0, 0), known.failures(Math.max(one, other), known.inARow, known.failed));
    }

    @Property
    void growsWithTheFailuresInARow(@ForAll("known") Known known, @ForAll @IntRange(min = 0, max = 20) int other) {
        assertInOrder(
                known.failures(known.share, Math.min(other, known.inARow), known.failed),
                known.failures(known.share, Math.max(other, known.inARow), known.failed));
    }

    @Property
    void fallsWithTheTimeSinceTheLastFailure(
            @ForAll("known") Known known,
            @ForAll @LongRange(min = 0) long one,
            @ForAll @LongRange(min = 0) long other) {
        assertInOrder(
                known.failures(known.share, known.inARow, Math.max(one, other)),
                known.failures(known.share, known.inARow, Math.min(one, other)));
    }

    @Property
    void fallsWithTheWeight(@ForAll("known") Known known, @ForAll @IntRange(min = -100, max = 100) int powerOfTen) {
        double other = Math.pow(10, powerOfTen);
        assertInOrder(
                known.inverseWeight(Math.min(other, known.inverseWeight)),
                known.inverseWeight(Math.max(other, known.inverseWeight)));
    }

    /** From either side, and never past it. */
    @Property
    void revertsToTheTypicalTime(
            @ForAll("known") Known any, @ForAll @LongRange(min = 0) long one, @ForAll @LongRange(min = 0) long other) {
        Known known = any.failures(0, 0, 0).waiting(0).inFlight(0).inverseWeight(1);
        double typical = known.typical;
        double sooner = known.answered(Math.min(one, other)).time();
        double later = known.answered(Math.max(one, other)).time();
        double off = 1e-9 * Math.max(typical, (double) known.latency);
        assertThat(Math.abs(later - typical)).isLessThanOrEqualTo(Math.abs(sooner - typical) + off);
        assertThat((later - typical) * (known.latency - typical) >= 0 || Math.abs(later - typical) <= off)
                .as("on the same side")
                .isTrue();
    }

    /** But for the last digits. */
    private static void assertInOrder(Known less, Known more) {
        assertThat(less.time()).isLessThanOrEqualTo(more.time() * (1 + 1e-12));
    }
}
