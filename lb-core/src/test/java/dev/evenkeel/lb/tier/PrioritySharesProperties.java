package dev.evenkeel.lb.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PrioritySharesProperties {

    private static final double TINY = 1e-9;

    /** Those that the class comment shows. */
    @Example
    void replaysTheExamples() {
        assertShares(new double[] {3, 3, 3}, 1, 0, 0);
        assertShares(new double[] {2, 3, 3}, 0.93, 0.07, 0);
        assertShares(new double[] {1, 3, 3}, 0.47, 0.53, 0);
        assertShares(new double[] {0, 3, 3}, 0, 1, 0);
        assertShares(new double[] {1, 1, 3}, 0.47, 0.47, 0.07);
        assertShares(new double[] {1, 1, 0}, 0.5, 0.5, 0);
    }

    private static void assertShares(double[] available, double... expected) {
        assertThat(PriorityShares.of(available, new double[] {3, 3, 3})).containsExactly(expected, within(0.005));
    }

    /** The figures that Envoy gives: 72 of 100 are enough, 71, 50 and 25 are not. */
    @Example
    void givesTheSharesThatAreKnown() {
        double[] present = {100, 100};
        assertThat(PriorityShares.of(new double[] {72, 100}, present)[0]).isEqualTo(1);
        assertThat(PriorityShares.of(new double[] {71, 100}, present)[0]).isCloseTo(0.994, within(TINY));
        assertThat(PriorityShares.of(new double[] {50, 100}, present)[0]).isCloseTo(0.7, within(TINY));
        assertThat(PriorityShares.of(new double[] {25, 100}, present)[0]).isCloseTo(0.35, within(TINY));
    }

    /** A tier of one is all or nothing, one of two loses 30 % with the first, one of three 7 %. */
    @Example
    void isRightForSmallTiers() {
        assertThat(PriorityShares.of(new double[] {0, 1}, new double[] {1, 1})).containsExactly(0, 1);
        assertThat(PriorityShares.of(new double[] {1, 2}, new double[] {2, 2}))
                .containsExactly(new double[] {0.7, 0.3}, within(TINY));
        assertThat(PriorityShares.of(new double[] {2, 1}, new double[] {3, 1}))
                .containsExactly(new double[] {0.933, 0.067}, within(0.001));
    }

    @Property
    void addUpToOne(@ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int priorities) {
        Tiers tiers = Tiers.any(random, priorities);
        double[] shares = tiers.shares();
        assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(TINY));
        for (int i = 0; i < priorities; i++) {
            assertThat(shares[i]).isBetween(0.0, 1 + TINY);
            if (tiers.available[i] == 0) {
                assertThat(shares[i]).isZero();
            }
        }
    }

    /** Nobody gets more than it can take while somebody after it can take more. */
    @Property
    void noneGetsMoreThanItsHealthUnlessAllDo(
            @ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int priorities) {
        Tiers tiers = Tiers.any(random, priorities);
        double[] shares = tiers.shares();
        boolean room = PriorityShares.suffice(tiers.available, tiers.present);
        for (int i = 0; i < priorities; i++) {
            double health = Math.min(1, 1.4 * tiers.available[i] / tiers.present[i]);
            if (room) {
                assertThat(shares[i]).isLessThanOrEqualTo(health + TINY);
            } else {
                assertThat(shares[i]).isGreaterThanOrEqualTo(health - TINY);
            }
            if (room && shares[i] < health - TINY) { // it has room left, so none after it is needed
                assertThat(Arrays.stream(shares).skip(i + 1).sum()).isLessThan(TINY);
            }
        }
    }

    /** The more of a priority is available, the more it gets, and the less those after it get. */
    @Property
    void areMonotone(@ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int priorities) {
        Tiers tiers = Tiers.any(random, priorities);
        int better = random.nextInt(priorities);
        double[] before = tiers.shares();
        double[] after = tiers.with(
                        better,
                        tiers.available[better]
                                + random.nextDouble() * (tiers.present[better] - tiers.available[better]))
                .shares();
        for (int i = 0; i < priorities; i++) {
            if (i == better) {
                assertThat(after[i]).isGreaterThanOrEqualTo(before[i] - TINY);
            } else if (i > better) {
                assertThat(after[i]).isLessThanOrEqualTo(before[i] + TINY);
            }
        }
    }

    /** Where there is room, a thousandth more or less of a priority moves no more than 1.4 thousandths of the calls. */
    @Property
    void haveNoCliff(@ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int priorities) {
        Tiers tiers = Tiers.any(random, priorities);
        int changed = random.nextInt(priorities);
        double step = 0.001 * tiers.present[changed];
        Tiers less = tiers.with(changed, Math.max(0, tiers.available[changed] - step));
        if (!PriorityShares.suffice(less.available, less.present)) {
            return;
        }
        double[] before = tiers.shares();
        double[] after = less.shares();
        for (int i = 0; i < priorities; i++) {
            assertThat(after[i]).isCloseTo(before[i], within(0.0014 + TINY));
        }
    }

    /** Priorities with what is available of each, at least something. */
    private static final class Tiers {

        private final double[] available;
        private final double[] present;

        Tiers(double[] available, double[] present) {
            this.available = available;
            this.present = present;
        }

        static Tiers any(Random random, int priorities) {
            double[] available = new double[priorities];
            double[] present = new double[priorities];
            for (int i = 0; i < priorities; i++) {
                present[i] = random.nextBoolean() ? 1 + random.nextInt(3) : 100 * random.nextDouble() + 0.1;
                available[i] = random.nextInt(3) == 0 ? 0 : random.nextDouble() * present[i];
            }
            int some = random.nextInt(priorities);
            available[some] = present[some] * (0.01 + 0.99 * random.nextDouble());
            return new Tiers(available, present);
        }

        Tiers with(int priority, double nowAvailable) {
            double[] changed = available.clone();
            changed[priority] = nowAvailable;
            return new Tiers(changed, present);
        }

        double[] shares() {
            return PriorityShares.of(available, present);
        }
    }
}
