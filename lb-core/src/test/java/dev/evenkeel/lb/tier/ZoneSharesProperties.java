package dev.evenkeel.lb.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ZoneSharesProperties {

    private static final double TINY = 1e-9;

    /** Those that the class comment shows. */
    @Example
    void replaysTheExamples() {
        assertShares(new double[] {4, 4, 4}, 1, 0, 0);
        assertShares(new double[] {3, 4, 4}, 1, 0, 0);
        assertShares(new double[] {2, 4, 4}, 0.84, 0.08, 0.08);
        assertShares(new double[] {1, 4, 4}, 0.47, 0.27, 0.27);
        assertShares(new double[] {0, 4, 4}, 0, 0.5, 0.5);
        assertShares(new double[] {1, 1, 10}, 0.35, 0, 0.65);
    }

    private static void assertShares(double[] available, double... expected) {
        assertThat(ZoneShares.of(available, 0)).containsExactly(expected, within(0.005));
    }

    @Example
    void oneZoneKeepsAll() {
        assertThat(ZoneShares.of(new double[] {0.1}, 0)).containsExactly(1);
    }

    @Example
    void doesNotOverflow() {
        assertThat(ZoneShares.of(new double[] {1e308, 1e308, 1e308}, 0)).containsExactly(1, 0, 0);
        assertThat(ZoneShares.of(new double[] {1e-308, 1e-308}, 0)).containsExactly(1, 0);
    }

    @Property
    void addUpToOne(@ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int zones) {
        double[] available = available(random, zones);
        double[] shares = ZoneShares.of(available, random.nextInt(zones));
        assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(TINY));
        for (int zone = 0; zone < zones; zone++) {
            assertThat(shares[zone]).isBetween(0.0, 1.0);
            if (available[zone] == 0) {
                assertThat(shares[zone]).isZero();
            }
        }
    }

    /** With as many clients in each zone, all of which go by the rule: the load of an instance, where 1 is the average. */
    @Property
    void overloadsNoZoneHoweverSmallItIs(@ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int zones) {
        double[] available = available(random, zones);
        double[] calls = new double[zones];
        for (int own = 0; own < zones; own++) {
            double[] shares = ZoneShares.of(available, own);
            for (int zone = 0; zone < zones; zone++) {
                calls[zone] += shares[zone] / zones;
            }
        }
        double sum = Arrays.stream(available).sum();
        for (int zone = 0; zone < zones; zone++) {
            double load = available[zone] == 0 ? 0 : calls[zone] / (available[zone] / sum);
            assertThat(load).isLessThanOrEqualTo(1.4 + 1e-6);
            if (calls[zone] > 1.0 / zones + TINY) { // it takes in others' calls
                assertThat(load).isLessThanOrEqualTo(1 + 1e-6);
            }
        }
    }

    /** The more a zone has, the more of its calls it keeps. */
    @Property
    void areMonotone(@ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int zones) {
        double[] available = available(random, zones);
        int own = random.nextInt(zones);
        double before = ZoneShares.of(available, own)[own];
        available[own] *= 1 + random.nextDouble();
        assertThat(ZoneShares.of(available, own)[own]).isGreaterThanOrEqualTo(before - TINY);
    }

    /** A thousandth of all that is available, more or less in one zone, moves at most some thousandths of the calls. */
    @Property
    void haveNoCliff(@ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int zones) {
        double[] available = available(random, zones);
        int own = random.nextInt(zones);
        int changed = random.nextInt(zones);
        double[] before = ZoneShares.of(available, own);
        available[changed] += 0.001 * Arrays.stream(available).sum();
        double[] after = ZoneShares.of(available, own);
        for (int zone = 0; zone < zones; zone++) {
            assertThat(after[zone]).isCloseTo(before[zone], within(0.01 * zones));
        }
    }

    /** A whole zone with two thirds of what the others have keeps all its calls. */
    @Property
    void keepsAllWhileLittleIsLacking(
            @ForAll @IntRange(min = 1, max = 20) int zones, @ForAll @IntRange(min = 72, max = 100) int percent) {
        double[] available = new double[zones];
        Arrays.fill(available, 100);
        available[0] = percent;
        assertThat(ZoneShares.of(available, 0)[0]).isEqualTo(1);
    }

    private static double[] available(Random random, int zones) {
        double[] available = new double[zones];
        for (int zone = 0; zone < zones; zone++) {
            available[zone] = random.nextInt(4) == 0 ? 0 : Math.pow(10, random.nextInt(3)) * random.nextDouble();
        }
        available[random.nextInt(zones)] = 1 + random.nextInt(10);
        return available;
    }
}
