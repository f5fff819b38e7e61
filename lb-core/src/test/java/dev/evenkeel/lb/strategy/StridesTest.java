package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StridesTest {

    @Test
    void replaysTheExampleOfItsDocumentation() {
        Strides strides = new Strides(new double[] {1, 2, 4});
        StringBuilder visits = new StringBuilder();
        for (int round = 0; round < 4; round++) {
            visits.append(round == 0 ? "" : "   ");
            for (int place = 0; place < 3; place++) {
                visits.append(place == 0 ? "" : " ");
                visits.append(strides.isTaken(place, round) ? "abc".charAt(place) : '.');
            }
        }
        assertThat(visits).hasToString(". . c   a b c   . . c   . b c");
    }

    @Test
    void spreadsTheTurnsOfManyLightPlacesOut() {
        double[] weights = new double[1000];
        java.util.Arrays.fill(weights, 1);
        weights[0] = 10;
        Strides strides = new Strides(weights);
        int passed = 0;
        int longest = 0;
        for (int visit = 0; visit < 200_000; visit++) {
            if (visit % 1000 == 0) {
                continue; // the heavy one takes all its visits
            }
            passed = strides.isTaken(visit % 1000, visit / 1000) ? 0 : passed + 1;
            longest = Math.max(longest, passed);
        }
        assertThat(longest).isLessThan(40); // 10 on average, 500 if they all took the same rounds
    }

    @Test
    void givesALightPlaceNoMoreThanItsWeight() {
        Strides strides = new Strides(new double[] {1, 99});
        int taken = 0;
        for (int round = 0; round < 99_000; round++) {
            taken += strides.isTaken(0, round) ? 1 : 0;
        }
        assertThat(taken).isBetween(990, 1010);
    }

    @Test
    void findsATakenVisitWithinARound() {
        double[] weights = new double[100];
        java.util.Arrays.fill(weights, 1e-9);
        weights[99] = 1e9;
        Strides strides = new Strides(weights);
        int longest = 0;
        int passed = 0;
        for (int visit = 0; visit < 1_000_000; visit++) {
            passed = strides.isTaken(visit % 100, visit / 100) ? 0 : passed + 1;
            longest = Math.max(longest, passed);
        }
        assertThat(longest).isEqualTo(99);
    }

    @Test
    void startsASearchAnywhere() {
        Strides strides = new Strides(new double[] {1, 2, 4}); // . . c   a b c   . . c   . b c
        assertThat(strides.taken(0)).isEqualTo(2);
        assertThat(strides.taken(2)).isEqualTo(2);
        assertThat(strides.taken(9)).isEqualTo(10);
        assertThat(strides.taken(12)).isEqualTo(14);
    }

    @Test
    void findsTheShortestPeriod() {
        assertThat(new Strides(new double[] {4, 5, 6}).period(100)).isEqualTo(6);
        assertThat(new Strides(new double[] {1, 99}).period(100)).isEqualTo(99);
        assertThat(new Strides(new double[] {1e9, 3e9, 1e9}).period(100)).isEqualTo(3);
        assertThat(new Strides(new double[] {1, 2, 4.0 / 3}).period(100)).isEqualTo(6);
        assertThat(new Strides(new double[] {1, 99}).period(98)).isZero();
        assertThat(new Strides(new double[] {1, Math.PI}).period(4096)).isZero();
        assertThat(new Strides(new double[] {1, 1e-9}).period(4096)).isZero(); // one with no turn would never have any
    }
}
