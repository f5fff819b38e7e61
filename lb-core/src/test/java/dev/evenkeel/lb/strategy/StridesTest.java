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
        assertThat(visits).hasToString(". b c   . . c   . b c   a . c");
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
}
